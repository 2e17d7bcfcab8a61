/** How values cross the border of a database, alike for both adapters (the promise `Queryable.query` makes). */

/** A bound value in PostgreSQL's text form: arrays as `{…}`, objects as JSON, Buffers as `\x…`. */
export function bindText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (ArrayBuffer.isView(value)) return `\\x${bytes(value).toString('hex')}`
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return arrayText(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)

function arrayText(values: unknown[]): string {
  const items = values.map(value => {
    if (Array.isArray(value)) return arrayText(value)
    const text = bindText(value)
    return text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${items.join(',')}}`
}

const isoUtc = (text: string) => new Date(text.includes('infinity') ? Number.NaN : text).toISOString()
const same = (text: string) => text

/** Parsers by type OID (pg_type.dat) where the drivers differ from each other or lose something. */
export const parsers: Record<number, (text: string) => unknown> = {
  17: text => Buffer.from(text.slice(2), 'hex'), // bytea
  20: Number, // int8: our counts and numbers stay far below 2^53
  1082: same, // date: a calendar day has no time zone
  1114: same, // timestamp
  1184: isoUtc, // timestamptz
  1700: same // numeric: exact
}
