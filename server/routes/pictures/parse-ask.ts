import { findPictureCrs, PICTURE_CRS, type PictureCrs } from '../../lib/picture-crs.ts'
import type { DegreesBox } from '../../maps/framing.ts'
import type { PictureType } from '../../maps/picture.ts'
import { apart, invalid } from './problems.ts'

/** What is asked for of a picture or a sheet of paper. */
export interface PictureQuery {
  bbox?: string | undefined
  center?: string | undefined
  zoom?: string | undefined
  scale?: string | undefined
  size?: string | undefined
  crs?: string | undefined
  format?: string | undefined
  ornaments?: string | undefined
  transparent?: string | undefined
  title?: string | undefined
  paper?: string | undefined
  orientation?: string | undefined
}

/** Which part of the Earth; degrees, longitude latitude. */
export type Where =
  | { kind: 'box'; box: DegreesBox }
  | { kind: 'center'; center: readonly [number, number]; zoom: number }
  | { kind: 'scaled'; center: readonly [number, number]; scale: number }
  | { kind: 'all' }

export const FORMATS: Readonly<Record<string, PictureType>> = {
  png: 'image/png',
  png8: 'image/png; mode=8bit',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp'
}
export const PDF = 'pdf'

export const ORNAMENTS = ['scale', 'north', 'legend', 'attribution'] as const
export type Ornament = (typeof ORNAMENTS)[number]

/** @throws PICTURE_PARAMETER_INVALID, PICTURE_PARAMETERS_APART */
export function parseWhere({ bbox, center, zoom, scale }: PictureQuery): Where {
  if (bbox !== undefined) {
    const other = Object.entries({ center, zoom, scale }).find(([, value]) => value !== undefined)
    if (other) throw apart('bbox', other[0])
    return { kind: 'box', box: parseBox(bbox) }
  }
  if (zoom !== undefined && scale !== undefined) throw apart('zoom', 'scale')
  if (center === undefined) {
    if (zoom !== undefined) throw invalid('center', '', 'longitude,latitude')
    if (scale !== undefined) throw invalid('center', '', 'longitude,latitude')
    return { kind: 'all' }
  }
  const place = numbers(center)
  const [longitude, latitude] = place ?? []
  if (place?.length !== 2 || !isPlace(longitude!, latitude!)) throw invalid('center', center, 'longitude,latitude')
  const middle = [longitude!, latitude!] as const
  if (scale !== undefined) {
    return { kind: 'scaled', center: middle, scale: within('scale', scale.replace(/^1:/, ''), 10, 50_000_000) }
  }
  if (zoom === undefined) throw invalid('zoom', '', '0 … 24')
  return { kind: 'center', center: middle, zoom: within('zoom', zoom, 0, 24) }
}

function parseBox(text: string): DegreesBox {
  const expected = 'west,south,east,north'
  const [west, south, east, north, ...more] = numbers(text) ?? []
  if (west === undefined || south === undefined || east === undefined || north === undefined || more.length > 0) {
    throw invalid('bbox', text, expected)
  }
  const isBox = isPlace(west, south) && isPlace(east, north) && west < east && south < north
  if (!isBox) throw invalid('bbox', text, expected)
  return [west, south, east, north]
}

const isPlace = (longitude: number, latitude: number) => Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90

/** Plain decimal numbers joined by commas; undefined where one is not. */
function numbers(text: string): number[] | undefined {
  const parts = text.split(',').map(part => part.trim())
  return parts.every(part => /^[+-]?\d{1,12}(\.\d{1,20})?$/.test(part)) ? parts.map(Number) : undefined
}

function within(name: string, text: string, min: number, max: number): number {
  const [value, ...more] = numbers(text) ?? []
  if (value === undefined || more.length > 0 || value < min || value > max) throw invalid(name, text, `${min} … ${max}`)
  return value
}

export interface Size {
  width: number
  height: number
  pixelRatio: number
}

/** `800x600`, `800x600@2x`: CSS pixels, and how many pixels of the file one of them has. */
export function parseSize(text: string | undefined): Size {
  if (text === undefined) return { width: 800, height: 600, pixelRatio: 1 }
  const [, width, height, ratio] = /^(\d{1,4})x(\d{1,4})(?:@([12])x)?$/.exec(text) ?? []
  if (!Number(width) || !Number(height)) throw invalid('size', text, '800x600, 800x600@2x')
  return { width: Number(width), height: Number(height), pixelRatio: Number(ratio ?? 1) }
}

/** @throws PICTURE_PARAMETER_INVALID */
export function parseCrs(code: string | undefined, usual: string): PictureCrs {
  const crs = findPictureCrs(code ?? usual)
  if (!crs) throw invalid('crs', code ?? usual, PICTURE_CRS.map(({ code }) => code).join(', '))
  return crs
}

/** `pdf`: a sheet of paper. */
export function parseFormat(format = 'png'): PictureType | typeof PDF {
  const found = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  if (format !== PDF && !found) throw invalid('format', format, [...Object.keys(FORMATS), PDF].join(', '))
  return found ?? PDF
}

/** Names joined by commas; `none`, or nothing, for none. */
export function parseOrnaments(text: string | undefined, usual: readonly Ornament[]): ReadonlySet<Ornament> {
  if (text === undefined) return new Set(usual)
  const names = text === '' || text === 'none' ? [] : text.split(',').map(name => name.trim())
  const foreign = names.find(name => !ORNAMENTS.includes(name as Ornament))
  if (foreign !== undefined) throw invalid('ornaments', foreign, `${ORNAMENTS.join(', ')}, none`)
  return new Set(names as Ornament[])
}

/** One of some words, in either case; the first where none is given. */
export function parseWord<const Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[]
): Word {
  const found = text === undefined ? words[0] : words.find(word => word === text.toLowerCase())
  if (!found) throw invalid(name, text ?? '', words.join(', '))
  return found
}
