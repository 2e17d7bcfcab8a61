import { filterMalformed } from './filter-problems.ts'

export interface Token {
  kind: 'name' | 'text' | 'number' | 'symbol' | 'end'
  /** A name without its quotes, the characters a text literal stands for, else as written. */
  text: string
  /** The index of its first character. */
  at: number
  /** A name in quotes: never a keyword. */
  quoted?: boolean
}

/** The tokens of CQL2 text (OGC 21-065r2 Annex B) that conditions on fields are made of. */
const TOKEN =
  /\s*(?:(?<name>[\p{L}_:][\p{L}\p{M}\p{Nd}_:.]*)|"(?<quoted>[^"]+)"|'(?<text>(?:''|\\'|\\(?!')|[^'\\])*)'|(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<symbol><>|<=|>=|[=<>(),]))/uy

/** What PostgreSQL takes for no text: NUL, and halves of characters. */
const NO_TEXT = /\0|\p{Cs}/u

/**
 * Cuts a filter into tokens, the last of kind `end`.
 * @throws FILTER_MALFORMED
 */
export function readTokens(filter: string): Token[] {
  const tokens: Token[] = []
  const end = filter.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const from = TOKEN.lastIndex
    const groups = TOKEN.exec(filter)?.groups
    const at = from + filter.slice(from).search(/\S/)
    if (!groups) throw filterMalformed(filter, at, expectedAt(filter, at))
    const { name, quoted, text, number, symbol } = groups
    if (name !== undefined) tokens.push({ kind: 'name', text: name, at })
    else if (quoted !== undefined) tokens.push({ kind: 'name', text: quoted, at, quoted: true })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at })
    else tokens.push({ kind: 'text', text: unquote(filter, text ?? '', at), at })
  }
  return [...tokens, { kind: 'end', text: '', at: end }]
}

/** Both escapes of CQL2: a doubled quote, and a quote after a backslash; other backslashes stand for themselves. */
function unquote(filter: string, written: string, at: number): string {
  if (NO_TEXT.test(written)) throw filterMalformed(filter, at, WHOLE_CHARACTERS)
  return written.replace(/''|\\'/g, "'")
}

const WHOLE_CHARACTERS = { zh: '由完整字符组成的文本', en: 'a text of whole characters' }
const A_TOKEN = { zh: '字段名、值、比较符或括号', en: 'a field name, a value, an operator or a parenthesis' }
const QUOTE_END = { zh: '带有结束引号的文本或字段名', en: 'a text or a name with a closing quote' }

const expectedAt = (filter: string, at: number) => (/['"]/.test(filter[at] ?? '') ? QUOTE_END : A_TOKEN)
