import type { ComparisonOperator, FilterTree } from './filter.ts'
import { LITERAL, type Literal, readLiteral } from './filter-literals.ts'
import { filterMalformed, filterTooLarge } from './filter-problems.ts'
import { readTokens, type Token } from './filter-tokens.ts'
import { readLike } from './like.ts'

/** A filter as it was written, not yet checked against any layer. */
export interface ParsedFilter {
  text: string
  tree: FilterTree<FieldName, Literal>
}

export interface FieldName {
  name: string
  /** The index of its first character. */
  at: number
}

type Tree = ParsedFilter['tree']

export const FILTER_LIMITS = { characters: 2048, conditions: 100, depth: 32, list: 100 }

const COMPARISONS = new Set<string>(['=', '<>', '<', '<=', '>', '>='])
/** Words that name a field only in quotes. */
const RESERVED = new Set(['AND', 'OR', 'NOT', 'IN', 'LIKE', 'BETWEEN', 'IS', 'NULL', 'TRUE', 'FALSE'])

/**
 * Parses a filter in the part of CQL2 text (OGC 21-065r2) that compares fields with values: Basic CQL2 but for
 * comparisons of two fields, and the Advanced Comparison Operators. Keywords in any case, names as they are.
 * @example parseFilter(`land_use IN ('0701', '0702') AND NOT (area < 80.5 OR owner LIKE '李%')`)
 * @throws FILTER_MALFORMED naming the character and what was expected there; FILTER_TOO_LARGE
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > FILTER_LIMITS.characters) throw filterTooLarge(FILTER_LIMITS)
  const parser = new Parser(text)
  return { text, tree: parser.whole() }
}

class Parser {
  readonly #text: string
  readonly #tokens: Token[]
  #at = 0
  #conditions = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = readTokens(text)
  }

  whole(): Tree {
    const tree = this.#either()
    if (this.#next.kind !== 'end') throw this.#fault({ zh: ' AND、OR 或结尾', en: 'AND, OR or the end' })
    return tree
  }

  #either(): Tree {
    const parts = [this.#all()]
    while (this.#takeWord('OR')) parts.push(this.#all())
    return parts.length === 1 ? parts[0]! : { op: 'or', parts }
  }

  #all(): Tree {
    const parts = [this.#factor()]
    while (this.#takeWord('AND')) parts.push(this.#factor())
    return parts.length === 1 ? parts[0]! : { op: 'and', parts }
  }

  #factor(): Tree {
    return this.#takeWord('NOT') ? { op: 'not', part: this.#primary() } : this.#primary()
  }

  #primary(): Tree {
    if (++this.#conditions > FILTER_LIMITS.conditions) throw filterTooLarge(FILTER_LIMITS)
    if (this.#takeSymbol('(')) {
      if (++this.#depth > FILTER_LIMITS.depth) throw filterTooLarge(FILTER_LIMITS)
      const tree = this.#either()
      this.#depth--
      if (!this.#takeSymbol(')')) throw this.#fault({ zh: ' AND、OR 或“)”', en: 'AND, OR or “)”' })
      return tree
    }
    if (this.#takeWord('TRUE')) return { op: 'and', parts: [] }
    if (this.#takeWord('FALSE')) return { op: 'or', parts: [] }
    return this.#predicate(this.#field())
  }

  #predicate(field: FieldName): Tree {
    const { kind, text } = this.#next
    if (kind === 'symbol' && COMPARISONS.has(text)) {
      this.#at++
      return { op: text as ComparisonOperator, field, value: this.#literal() }
    }
    if (this.#takeWord('IS')) {
      const negated = this.#takeWord('NOT')
      if (!this.#takeWord('NULL'))
        throw this.#fault(negated ? word('NULL') : { zh: ' NULL 或 NOT NULL', en: 'NULL or NOT NULL' })
      return unless(negated, { op: 'isNull', field })
    }
    const negated = this.#takeWord('NOT')
    if (this.#takeWord('IN')) return unless(negated, { op: 'in', field, values: this.#list() })
    if (this.#takeWord('LIKE')) return unless(negated, { op: 'like', field, pattern: this.#pattern() })
    if (this.#takeWord('BETWEEN')) return unless(negated, this.#between(field))
    throw this.#fault(negated ? { zh: ' IN、LIKE 或 BETWEEN', en: 'IN, LIKE or BETWEEN' } : OPERATOR)
  }

  #between(field: FieldName): Tree {
    const low = this.#literal()
    if (!this.#takeWord('AND')) throw this.#fault(word('AND'))
    const high = this.#literal()
    return {
      op: 'and',
      parts: [
        { op: '>=', field, value: low },
        { op: '<=', field, value: high }
      ]
    }
  }

  #list(): Literal[] {
    if (!this.#takeSymbol('(')) throw this.#fault({ zh: '“(”', en: '“(”' })
    const values = [this.#literal()]
    while (this.#takeSymbol(',')) values.push(this.#literal())
    if (!this.#takeSymbol(')')) throw this.#fault({ zh: '“,”或“)”', en: '“,” or “)”' })
    if (values.length > FILTER_LIMITS.list) throw filterTooLarge(FILTER_LIMITS)
    return values
  }

  #pattern(): string {
    const { kind, text } = this.#next
    if (kind !== 'text' || !readLike(text)) throw this.#fault(PATTERN)
    this.#at++
    return text
  }

  #field(): FieldName {
    const { kind, text, at, quoted } = this.#next
    if (kind !== 'name' || (!quoted && RESERVED.has(text.toUpperCase()))) throw this.#fault(FIELD)
    this.#at++
    return { name: text, at }
  }

  #literal(): Literal {
    const read = readLiteral(this.#tokens.slice(this.#at, this.#at + 4))
    if (!read) throw this.#fault(LITERAL)
    this.#at += read.tokens
    return read.literal
  }

  get #next(): Token {
    return this.#tokens[this.#at]!
  }

  #takeWord(wanted: string): boolean {
    const { kind, text, quoted } = this.#next
    return this.#takeIf(kind === 'name' && !quoted && text.toUpperCase() === wanted)
  }

  #takeSymbol(wanted: string): boolean {
    const { kind, text } = this.#next
    return this.#takeIf(kind === 'symbol' && text === wanted)
  }

  #takeIf(fits: boolean): boolean {
    if (fits) this.#at++
    return fits
  }

  #fault(expected: { zh: string; en: string }) {
    return filterMalformed(this.#text, this.#next.at, expected)
  }
}

const unless = (negated: boolean, part: Tree): Tree => (negated ? { op: 'not', part } : part)

const word = (keyword: string) => ({ zh: ` ${keyword}`, en: keyword })
const FIELD = { zh: '字段名、NOT 或“(”', en: 'a field name, NOT or “(”' }
const OPERATOR = {
  zh: '比较符（= <> < <= > >=）、IN、LIKE、BETWEEN 或 IS NULL',
  en: '=, <>, <, <=, >, >=, IN, LIKE, BETWEEN or IS NULL'
}
const PATTERN = {
  zh: "引号中的匹配模式，如 '南%'，且不以“\\”结尾",
  en: "a pattern in quotes such as 'South%', not ending in “\\”"
}
