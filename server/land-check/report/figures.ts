/** Numbers as a report prints them. A total is always of what is printed, so that a reader’s sum agrees. */

/** m², two decimals. */
export const area = (m2: number): string => m2.toFixed(2)
/** Metres, three decimals: what boundary points are surveyed to. */
export const metres = (length: number): string => length.toFixed(3)
export const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

/** The sum of areas as printed. */
export const sumPrinted = (areas: readonly number[]): string =>
  area(areas.reduce((sum, m2) => sum + Math.round(Number(area(m2)) * 100), 0) / 100)

/** A moment in a time zone, as `2026-11-22 16:42:57 (GMT+8)`. */
export function moment(iso: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset'
  }).formatToParts(new Date(iso))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find(found => found.type === type)?.value ?? ''
  const day = `${part('year')}-${part('month')}-${part('day')}`
  return `${day} ${part('hour')}:${part('minute')}:${part('second')} (${part('timeZoneName')})`
}
