import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Text } from '../lib/errors.ts'
import { refuseOldDatum } from './crs.ts'
import { readFeatures, type SourceFeature } from './features.ts'
import type { Gdal } from './gdal.ts'
import { tooManyFeatures } from './problems.ts'
import { openReceived, receiveFile } from './receive.ts'
import { shapefileDecimals } from './shp-decimals.ts'
import type { Source } from './source.ts'

/** The features of a small file, longitude latitude in degrees of CGCS2000. */
export interface FileFeatures {
  format: Source['format']
  /** As the file names it. */
  crs: string
  features: SourceFeature[]
  notes: Text[]
  /** How finely a projected shapefile is written; null where the features themselves tell. */
  decimals: number | null
}

export interface ReadFileOptions {
  /** An empty folder to work in; the caller removes it. */
  folder: string
  fileName: string
  gdal: Gdal
  maxBytes: number
  maxUnpackedBytes: number
  maxFeatures: number
  timeoutSeconds: number
  signal: AbortSignal
}

/**
 * Reads a zipped shapefile, a GeoJSON, a GeoPackage or a KML through GDAL, without publishing it.
 * @throws the problems of uploads: what is wrong with the file, each as a 4xx
 */
export async function readFeatureFile(bytes: Buffer, o: ReadFileOptions): Promise<FileFeatures> {
  const { folder, gdal, timeoutSeconds, signal } = o
  const source = await openFile(bytes, o)
  const warnings = await gdal.convert(folder, source, { signal, timeoutSeconds })
  const features: SourceFeature[] = []
  for await (const feature of readFeatures(folder, source)) {
    features.push(feature)
    if (features.length > o.maxFeatures) throw tooManyFeatures({ limit: o.maxFeatures })
  }
  const { format, crs, notes } = source
  const isProjected = format === 'shapefile' && /^\s*PROJ/i.test(await readFile(join(folder, 'data.prj'), 'latin1'))
  const decimals = isProjected ? await shapefileDecimals(join(folder, 'data.shp'), ENOUGH_DECIMALS) : null
  return { format, crs, features, decimals, notes: [...notes, ...warnings.map(text => ({ zh: text, en: text }))] }
}

/** A tenth of a millimetre. */
const ENOUGH_DECIMALS = 4

/** GeoPackage §1.1.1: an SQLite file. */
const SQLITE = Buffer.from('SQLite format 3\0', 'latin1')

async function openFile(bytes: Buffer, o: ReadFileOptions): Promise<Source> {
  const { folder, fileName, maxBytes, maxUnpackedBytes } = o
  const own = { dataset: fileName.replace(/\.[^.]*$/, ''), encoding: 'utf-8', numberFields: [], notes: [] }
  if (bytes.subarray(0, SQLITE.length).equals(SQLITE)) {
    // Its CRSs stand in it as WKT; one of an old datum, used or not, is reason enough to ask for another file.
    refuseOldDatum(fileName, bytes.toString('latin1'))
    await writeFile(join(folder, 'data.gpkg'), bytes)
    return { ...own, format: 'geopackage', file: 'data.gpkg', crs: 'GeoPackage' }
  }
  if (/<kml[\s>]/.test(bytes.toString('latin1', 0, 4096))) {
    await writeFile(join(folder, 'data.kml'), bytes)
    return { ...own, format: 'kml', file: 'data.kml', crs: 'EPSG:4326' }
  }
  const received = await receiveFile(Readable.from([bytes]), folder, { fileName, maxBytes })
  return openReceived(received, folder, { maxUnpackedBytes })
}
