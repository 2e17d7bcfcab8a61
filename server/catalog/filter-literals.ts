import type { FilterValue } from './filter.ts'
import type { Token } from './filter-tokens.ts'

/** A value as it was written. */
export interface Literal {
  kind: 'text' | 'number' | 'boolean' | 'date' | 'timestamp'
  value: FilterValue
  /** The index of its first character. */
  at: number
}

/** What `readLiteral` can read. */
export const LITERAL = {
  zh: "值：'文本'、数字、TRUE、FALSE、DATE('2026-01-31') 或 TIMESTAMP('2026-01-31T08:00:00Z')",
  en: "a value: 'text', a number, TRUE, FALSE, DATE('2026-01-31') or TIMESTAMP('2026-01-31T08:00:00Z')"
}

/**
 * Reads the literal that the tokens begin with, and says how many of them it took; null where it is none: also for
 * numbers beyond a double and days that no calendar has.
 */
export function readLiteral(tokens: readonly Token[]): { literal: Literal; tokens: number } | null {
  const [first] = tokens
  if (!first) return null
  const { kind, text, at, quoted } = first
  if (kind === 'text') return { literal: { kind, value: text, at }, tokens: 1 }
  if (kind === 'number') {
    const value = Number(text)
    return Number.isFinite(value) ? { literal: { kind, value, at }, tokens: 1 } : null
  }
  if (kind !== 'name' || quoted) return null
  const word = text.toUpperCase()
  if (word === 'TRUE' || word === 'FALSE')
    return { literal: { kind: 'boolean', value: word === 'TRUE', at }, tokens: 1 }
  if (word !== 'DATE' && word !== 'TIMESTAMP') return null
  const written = readQuoted(tokens)
  const value = word === 'DATE' ? day(written) : instant(written)
  return value === null ? null : { literal: { kind: word === 'DATE' ? 'date' : 'timestamp', value, at }, tokens: 4 }
}

/** The text in `DATE('…')`. */
function readQuoted([, open, inner, close]: readonly Token[]): string {
  const is = (token: Token | undefined, symbol: string) => token?.kind === 'symbol' && token.text === symbol
  return is(open, '(') && is(close, ')') && inner?.kind === 'text' ? inner.text : ''
}

function day(text: string): string | null {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? (instant(`${text}T00:00:00Z`)?.slice(0, 10) ?? null) : null
}

/** RFC 3339 in UTC, as CQL2 asks for, with milliseconds at most: rows have no finer ones. */
function instant(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) || text.startsWith('0000')) return null
  const moment = new Date(text)
  // A day that its month does not have would otherwise be one of the next month.
  const isReal = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text.slice(0, 19))
  return isReal ? moment.toISOString() : null
}
