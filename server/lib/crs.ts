/**
 * The coordinate reference systems a land survey may come in, by EPSG code. Coordinates inside the program are always
 * x y: easting northing or longitude latitude, whatever order the register gives the axes.
 */

export interface Crs {
  /** `EPSG:4547` */
  code: string
  srid: number
  unit: 'degree' | 'metre'
  /** Set for the Gauss-Krüger projections of CGCS2000. */
  gauss?: GaussKruger
}

export interface GaussKruger {
  /** degrees east */
  centralMeridian: number
  /** metres; with the zone number in front where the CRS carries it (38 500 000) */
  falseEasting: number
  /** The zone number that stands before the easting; null where the CRS has none. */
  prefix: number | null
  /** degrees a zone is wide */
  width: 3 | 6
}

export const CGCS2000 = { a: 6378137, inverseFlattening: 298.257222101 } as const

/** CGCS2000 longitude latitude. WGS 84 and RFC 7946 coordinates are taken as equal to it (they agree to decimetres). */
export const GEOGRAPHIC_SRID = 4490

const GEOGRAPHIC_CODES = ['EPSG:4490', 'EPSG:4326', 'OGC:CRS84']

/** The zone families of CGCS2000 in the EPSG register: first code, first central meridian, width, prefixed or not. */
const FAMILIES = [
  { first: 4491, count: 11, meridian: 75, width: 6, zone: 13 },
  { first: 4502, count: 11, meridian: 75, width: 6, zone: null },
  { first: 4513, count: 21, meridian: 75, width: 3, zone: 25 },
  { first: 4534, count: 21, meridian: 75, width: 3, zone: null }
] as const

const REGISTER: ReadonlyMap<string, Crs> = new Map(
  [...GEOGRAPHIC_CODES.map(geographic), ...FAMILIES.flatMap(zones)].map(crs => [crs.code, crs])
)

function geographic(code: string): Crs {
  return { code, srid: GEOGRAPHIC_SRID, unit: 'degree' }
}

function zones({ first, count, meridian, width, zone }: (typeof FAMILIES)[number]): Crs[] {
  return Array.from({ length: count }, (_, i) => {
    const prefix = zone === null ? null : zone + i
    const falseEasting = (prefix ?? 0) * 1e6 + 500_000
    const gauss: GaussKruger = { centralMeridian: meridian + i * width, falseEasting, prefix, width }
    return { code: `EPSG:${first + i}`, srid: first + i, unit: 'metre', gauss }
  })
}

/** A CRS of CGCS2000, or WGS 84 longitude latitude; undefined for every other. */
export const findCrs = (code: string): Crs | undefined => REGISTER.get(code)

/** The same projection with the zone number before the easting where this one lacks it, and without where it has it. */
export function prefixTwin(crs: Crs): Crs | undefined {
  const { gauss } = crs
  if (!gauss) return undefined
  return [...REGISTER.values()].find(
    other =>
      other.gauss?.centralMeridian === gauss.centralMeridian &&
      other.gauss.width === gauss.width &&
      (other.gauss.prefix === null) !== (gauss.prefix === null)
  )
}

/** Ranges of EPSG codes on the old Chinese datums: up to 150 m off, and no shift without local parameters. */
const FOREIGN: readonly { datum: string; from: number; to: number }[] = [
  { datum: 'Xian 1980 (西安80)', from: 2327, to: 2390 },
  { datum: 'Beijing 1954 (北京54)', from: 2401, to: 2442 },
  { datum: 'Beijing 1954 (北京54)', from: 4214, to: 4214 },
  { datum: 'New Beijing (新北京54)', from: 4555, to: 4555 },
  { datum: 'Xian 1980 (西安80)', from: 4610, to: 4610 },
  { datum: 'Beijing 1954 (北京54)', from: 21413, to: 21463 }
]

/** The old datum an EPSG code stands on, or undefined. */
export function foreignDatum(code: string): string | undefined {
  const srid = Number(code.replace('EPSG:', ''))
  return FOREIGN.find(({ from, to }) => srid >= from && srid <= to)?.datum
}

/** The number of an `EPSG:` code; for a registered alias (OGC:CRS84) that of what it stands for. */
export const sridOf = (code: string): number => findCrs(code)?.srid ?? Number(code.replace('EPSG:', ''))
