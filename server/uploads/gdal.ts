import { notReadable } from './problems.ts'
import type { Source } from './source.ts'

export interface ConvertOptions {
  signal: AbortSignal
  timeoutSeconds: number
}

/** GDAL behind one interface: the same source gives the same features, whoever reads it. */
export interface Gdal {
  readonly backend: 'process' | 'wasm'
  readonly version: string
  /**
   * Reads `source.file` in `folder` and writes `features.geojsonl` beside it: one GeoJSON feature a line, longitude
   * latitude in degrees with 15 decimals. The target is EPSG:4326, to which PROJ knows a way from most CRSs; CGCS2000
   * and WGS 84 coincide (EPSG's transformation between them is the identity).
   * @returns what GDAL warned of
   * @throws UPLOAD_NOT_READABLE on any error GDAL reports: half of a file is not the file; UPLOAD_TAKES_TOO_LONG
   */
  convert(folder: string, source: Source, options: ConvertOptions): Promise<string[]>
}

/** Options of ogr2ogr, the same for both back ends. */
export const TRANSLATE = ['-f', 'GeoJSONSeq', '-t_srs', 'EPSG:4326', '-lco', 'COORDINATE_PRECISION=15'] as const

/** Options for opening the source, `NAME=VALUE`. */
export function openOptions({ format }: Source): string[] {
  if (format === 'geopackage' || format === 'kml') return []
  return format === 'shapefile'
    ? ['ENCODING=ISO-8859-1', 'ADJUST_TYPE=NO', 'AUTO_REPACK=NO']
    : ['DATE_AS_STRING=YES', 'FLATTEN_NESTED_ATTRIBUTES=NO', 'NATIVE_DATA=NO']
}

/** Settings of GDAL itself: no network, no drivers that a text file could call up to reach other files. */
export const SETTINGS: Record<string, string> = {
  GDAL_SKIP: 'HTTP,STACTA,STACIT,WMS,WMTS,WCS,OGCAPI,VRT,DAAS,EEDA,PLMOSAIC',
  OGR_SKIP: 'OGR_VRT,WFS,OAPIF,CSW,ELASTIC,PLSCENES,CARTO,AMIGOCLOUD,TopoJSON,ESRIJSON',
  GDAL_DISABLE_READDIR_ON_OPEN: 'EMPTY_DIR',
  CPL_VSIL_CURL_ALLOWED_EXTENSIONS: '{none}',
  PROJ_NETWORK: 'OFF',
  SHAPE_RESTORE_SHX: 'NO',
  OGR_GEOJSON_MAX_OBJ_SIZE: '200'
}

/** Sorts what GDAL said into warnings; an error becomes a problem. */
export function judge(messages: string[]): string[] {
  const errors = messages.filter(line => /^(ERROR|FATAL)\b/.test(line))
  if (errors.length > 0) throw notReadable({ reason: errors.slice(0, 3).join('; ').slice(0, 500) })
  return messages.filter(line => /^Warning\b/.test(line)).slice(0, 20)
}
