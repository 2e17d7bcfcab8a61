import { oldDatum, unknownCrs } from './problems.ts'

/**
 * Which source CRSs are refused before GDAL sees them. Xian 1980 and Beijing 1954 have no public transformation to
 * CGCS2000: libraries then change only the ellipsoid, silently about 100 m off.
 */
const OLD_DATUMS = [
  {
    zh: '西安 80',
    en: 'Xian 1980',
    pattern: /xi'?an[_ ]*(19)?80|西安\s*(19)?80/i,
    codes: [
      [4610, 4610],
      [2327, 2390]
    ]
  },
  {
    zh: '北京 54',
    en: 'Beijing 1954',
    pattern: /beijing[_ ]*(19)?54|北京\s*(19)?54|pulkovo|krass?ov?ski?y/i,
    codes: [
      [4214, 4214],
      [2401, 2442],
      [21413, 21483]
    ]
  },
  {
    zh: '新北京 54',
    en: 'New Beijing',
    pattern: /new[_ ]*beijing/i,
    codes: [
      [4555, 4555],
      [4652, 4657],
      [4765, 4800]
    ]
  }
] as const

/** @throws UPLOAD_OLD_DATUM where the WKT or the EPSG code is of one */
export function refuseOldDatum(crs: string, wkt: string, code?: number): void {
  for (const { zh, en, pattern, codes } of OLD_DATUMS) {
    const coded = code !== undefined && codes.some(([low, high]) => low <= code && code <= high)
    if (coded || pattern.test(wkt)) throw oldDatum({ crs, datum: zh, datum_en: en })
  }
}

/**
 * The name of the CRS in a .prj (WKT 1).
 * @throws UPLOAD_UNKNOWN_CRS, UPLOAD_OLD_DATUM
 */
export function checkPrj(wkt: string): string {
  const name = /^\s*(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|COMPD_CS|COMPOUNDCRS)\s*\[\s*"([^"]{1,200})"/i.exec(
    wkt
  )?.[1]
  if (!name) throw unknownCrs({ crs: printable(wkt) })
  const code = /(?:AUTHORITY\["EPSG","|ID\["EPSG",)(\d+)"?\]\s*\]\s*$/i.exec(wkt)?.[1]
  // A transformation the file itself declares is the local parameters one asks for.
  if (!/TOWGS84|BOUNDCRS/i.test(wkt)) refuseOldDatum(printable(name), wkt, code ? Number(code) : undefined)
  return printable(name)
}

const NAMED =
  /^(?:(?:urn:ogc:def:crs:|https?:\/\/www\.opengis\.net\/def\/crs\/)?(OGC|EPSG)[:/][\w.]*[:/]?(?:(CRS84h?)|(\d{4,6})))$/i

/**
 * The CRS a GeoJSON declares in its old `crs` member, as a name; without one WGS 84 longitude latitude (RFC 7946 §4).
 * Only names are taken: a link would have GDAL fetch it.
 * @throws UPLOAD_UNKNOWN_CRS, UPLOAD_OLD_DATUM
 */
export function checkGeoJsonCrs(crs: unknown): string {
  if (crs === undefined || crs === null) return 'OGC:CRS84'
  const { type, properties } = crs as { type?: unknown; properties?: { name?: unknown } }
  const name = type === 'name' ? properties?.name : undefined
  const match = typeof name === 'string' ? NAMED.exec(name) : null
  if (!match) throw unknownCrs({ crs: printable(JSON.stringify(crs)) })
  const [, , named, code] = match
  if (named) return 'OGC:CRS84'
  refuseOldDatum(`EPSG:${code}`, '', Number(code))
  return `EPSG:${code}`
}

/** Text of a file as it may be shown: one line, short, no markup. */
const printable = (text: string) =>
  text
    .replace(/[^\p{L}\p{N} _.:/()[\]{},"'-]+/gu, ' ')
    .trim()
    .slice(0, 120)
