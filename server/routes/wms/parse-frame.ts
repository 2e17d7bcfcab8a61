import type { Kvp } from '../../lib/kvp.ts'
import { findPictureCrs, PICTURE_CRS, type PictureCrs } from '../../lib/picture-crs.ts'
import type { PictureFrame } from '../../maps/picture.ts'
import { meetsArea } from './crs-area.ts'
import { beyondLimit, emptyBox, invalid, missing, noCrs } from './problems.ts'
import type { WmsVersion } from './versions.ts'

/** Pixels along a side of a picture. */
export const MAX_SIDE = 4096
/** Pixels of a picture. */
export const MAX_PIXELS = 16 * 1024 * 1024

type Box = PictureFrame['box']

export interface FrameRules {
  version: WmsVersion
  /** A box that lies nowhere as the standard orders its axes, but somewhere in the other order, is taken in the other. */
  lenientAxes: boolean
}

/** What the reference systems go by in a version: 1.1.1 has none but those of EPSG. */
export const crsOf = (version: WmsVersion): readonly PictureCrs[] =>
  version === '1.3.0' ? PICTURE_CRS : PICTURE_CRS.filter(({ code }) => code.startsWith('EPSG:'))

/**
 * Reads which part of the Earth a picture shows: CRS or SRS, BBOX, WIDTH, HEIGHT (OGC 06-042 §7.3.3, OGC 01-068r3
 * §7.2.3), and how many dots an inch has, as clients for fine screens say it (`DPI`, `MAP_RESOLUTION`,
 * `FORMAT_OPTIONS=dpi:…`).
 * @throws InvalidCRS, and reports without a code
 */
export function parseFrame(kvp: Kvp, rules: FrameRules): PictureFrame {
  const crs = readCrs(kvp, rules.version)
  const box = readBox(kvp, crs, rules)
  const [width, height] = [readSide('WIDTH', kvp), readSide('HEIGHT', kvp)]
  if (width * height > MAX_PIXELS) throw beyondLimit('WIDTH × HEIGHT', width * height, MAX_PIXELS)
  const pixelRatio = readRatio(kvp)
  return { crs, box, width: width / pixelRatio, height: height / pixelRatio, pixelRatio }
}

function readCrs(kvp: Kvp, version: WmsVersion): PictureCrs {
  const name = version === '1.3.0' ? 'CRS' : 'SRS'
  const value = kvp.get(name.toLowerCase())
  if (!value) throw missing(name)
  const known = crsOf(version)
  const crs = findPictureCrs(value)
  if (!crs || !known.includes(crs))
    throw noCrs(
      name,
      value,
      known.map(({ code }) => code)
    )
  return crs
}

function readBox(kvp: Kvp, crs: PictureCrs, { version, lenientAxes }: FrameRules): Box {
  const value = kvp.get('bbox')
  if (!value) throw missing('BBOX')
  const numbers = value.split(',').map(readNumber)
  const [a, b, c, d] = numbers
  if (numbers.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    throw invalid('BBOX', value, 'minx,miny,maxx,maxy')
  }
  if (a >= c || b >= d) throw emptyBox(value)
  const northFirst = version === '1.3.0' && crs.northFirst
  const asWritten: Box = northFirst ? [b, a, d, c] : [a, b, c, d]
  if (!lenientAxes || !northFirst || meetsArea(crs, asWritten)) return asWritten
  const exchanged: Box = [a, b, c, d]
  return meetsArea(crs, exchanged) ? exchanged : asWritten
}

/** A decimal number as OGC 06-042 §6.5 has it; undefined where it is none. In an address an unescaped `+` is a space. */
function readNumber(text: string): number | undefined {
  const written = text.trim().replace(/([eE]) /, '$1+')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(written)) return undefined
  const value = Number(written)
  return Number.isFinite(value) ? value : undefined
}

function readSide(name: 'WIDTH' | 'HEIGHT', kvp: Kvp): number {
  const value = kvp.get(name.toLowerCase())
  if (!value) throw missing(name)
  const side = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (side === 0) throw invalid(name, value, `1 … ${MAX_SIDE}`)
  if (side > MAX_SIDE) throw beyondLimit(name, side, MAX_SIDE)
  return side
}

const MIN_DPI = 24
const MAX_DPI = 600

/** How many pixels there are to one of an ordinary screen: 96 an inch in QGIS, 90 in OpenLayers. */
function readRatio(kvp: Kvp): number {
  const inOptions = /(?:^|;)\s*dpi:([^;]*)/i.exec(kvp.get('format_options') ?? '')?.[1]
  const value = kvp.get('dpi') || kvp.get('map_resolution') || inOptions
  if (!value) return 1
  const dpi = readNumber(value)
  if (dpi === undefined || dpi < MIN_DPI || dpi > MAX_DPI) throw invalid('DPI', value, `${MIN_DPI} … ${MAX_DPI}`)
  return dpi % 90 === 0 ? dpi / 90 : dpi / 96
}
