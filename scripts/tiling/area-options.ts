import type { Bbox } from '../../server/tiles/archive/area.ts'

/** Reads `w,s,e,n` in degrees. @throws Error saying what is wrong with it */
export function parseBbox(text: string): Bbox {
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN, ...more] = text
    .split(',')
    .map(part => (part.trim() === '' ? Number.NaN : Number(part)))
  const isBox = west >= -180 && west < east && east <= 180 && south >= -90 && south < north && north <= 90
  if (!isBox || more.length > 0)
    throw new Error(`--bbox is west,south,east,north in degrees, west < east and south < north, not ${text}`)
  return [west, south, east, north]
}

/** Reads `a-b` or `a`. @throws Error saying what is wrong with it */
export function parseZooms(text: string): { min: number; max: number } {
  const [, first, last = first] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text) ?? []
  const zooms = { min: Number(first), max: Number(last) }
  if (!(zooms.min <= zooms.max)) throw new Error(`--zooms is one zoom or two, as in 8-14, not ${text}`)
  return zooms
}

/** The zooms that both name. @throws Error where there are none */
export function bothZooms(asked: { min: number; max: number }, there: { min: number; max: number }, id: string) {
  const zooms = { min: Math.max(asked.min, there.min), max: Math.min(asked.max, there.max) }
  if (zooms.min > zooms.max)
    throw new Error(`${id} has tiles for the zooms ${there.min} to ${there.max}, none of ${asked.min} to ${asked.max}`)
  return zooms
}
