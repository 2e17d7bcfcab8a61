/** Times as WMS writes them (OGC 06-042 annex D): ISO 8601, from a year to an instant. */

/** First and last millisecond of what a time names. */
export type TimeSpan = readonly [first: number, last: number]

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/
const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d)(?::(\d\d)(?::(\d\d)(\.\d{1,9})?)?)?(Z|[+ -]\d\d(?::?\d\d)?)?$/
/** Without a zone a time is a local one (annex D.2.1). */
const LOCAL_ZONE = '+08:00'

/** Reads a time; undefined where it is none, or one that no calendar has. */
export function readTime(text: string): TimeSpan | undefined {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (year !== undefined) {
    const first = day ? instant(`${year}-${month}-${day}`, '00:00:00', 'Z') : Date.UTC(+year, month ? +month - 1 : 0)
    if (first === undefined || (month && (+month < 1 || +month > 12))) return undefined
    const next = day ? first + A_DAY : month ? Date.UTC(+year, +month) : Date.UTC(+year + 1, 0)
    return [first, next - 1]
  }
  const [, date, hour, minute, second, part, zone = LOCAL_ZONE] = INSTANT.exec(text) ?? []
  if (date === undefined || hour === undefined) return undefined
  const first = instant(date, `${hour}:${minute ?? '00'}:${second ?? '00'}${part?.slice(0, 4) ?? ''}`, zoneOf(zone))
  if (first === undefined) return undefined
  const length = second !== undefined ? 1 : minute !== undefined ? 60_000 : 3_600_000
  return [first, first + length - 1]
}

const A_DAY = 86_400_000

/** `+08` and `+0800` as `+08:00`; an unescaped `+` of an address is a space. */
function zoneOf(zone: string): string {
  if (zone === 'Z') return zone
  const digits = zone.slice(1).replace(':', '')
  return `${zone[0] === '-' ? '-' : '+'}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}

function instant(date: string, time: string, zone: string): number | undefined {
  const found = Date.parse(`${date}T${time}${zone}`)
  // A day that its month does not have would otherwise be one of the next month.
  const isReal = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(found) || Number.isNaN(isReal.getTime()) || !isReal.toISOString().startsWith(date)) return undefined
  return found
}

/** Without the milliseconds where there are none. */
export const writeInstant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

/** Times at even distances as `first/last/period`; undefined where they are not, or are too few to tell. */
export function writePeriod(times: readonly number[], write: (ms: number) => string): string | undefined {
  const [first, second] = times
  const last = times.at(-1)
  if (first === undefined || second === undefined || last === undefined || times.length < 3) return undefined
  const step = second - first
  const isEven = times.every((time, i) => time === first + i * step)
  if (!isEven || step % 1000 !== 0) return undefined
  const period = step % A_DAY === 0 ? `P${step / A_DAY}D` : `PT${step / 1000}S`
  return `${write(first)}/${write(last)}/${period}`
}
