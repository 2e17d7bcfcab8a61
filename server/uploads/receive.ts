import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { checkGeoJsonCrs } from './crs.ts'
import { GeoJsonScanner } from './json-scan.ts'
import { emptyFile, tooLarge, unknownFormat } from './problems.ts'
import { unpackShapefile } from './shapefile.ts'
import { RECEIVED, type Source } from './source.ts'

/** A file on disk, and what its first bytes say it is. */
export interface Received {
  bytes: number
  /** As the sender calls it. */
  fileName: string
  format: 'zip' | 'geojson'
  scanner: GeoJsonScanner
}

/**
 * Streams an uploaded file to `<folder>/received`, never holding it in memory; GeoJSON is checked as it passes.
 * @throws UPLOAD_TOO_LARGE, UPLOAD_EMPTY_FILE, UPLOAD_UNKNOWN_FORMAT, UPLOAD_BAD_JSON, UPLOAD_NOT_A_FEATURE_COLLECTION
 */
export async function receiveFile(
  stream: Readable,
  folder: string,
  o: { fileName: string; maxBytes: number }
): Promise<Received> {
  const file = plainFileName(o.fileName)
  const scanner = new GeoJsonScanner()
  let bytes = 0
  let head = Buffer.alloc(0)
  let format: Received['format'] | undefined
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      try {
        if (bytes > o.maxBytes) throw tooLarge({ limit: o.maxBytes })
        if (format === undefined) {
          head = Buffer.concat([head, chunk])
          format = sniff(head)
          if (format === undefined && head.length > 1024) throw unknownFormat({ file })
          if (format === 'geojson') scanner.push(head)
        } else if (format === 'geojson') scanner.push(chunk)
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    }
  })
  await pipeline(stream, watch, createWriteStream(join(folder, RECEIVED)))
  if (bytes === 0) throw emptyFile({ file })
  if (format === undefined) throw unknownFormat({ file })
  if (format === 'geojson') scanner.end()
  return { bytes, fileName: file, format, scanner }
}

/**
 * Makes a received file ready for GDAL, and says what can be said without reading its features.
 * @throws what is wrong with a zip, a shapefile or a CRS, each as a 4xx problem
 */
export async function openReceived(
  { format, fileName, scanner }: Received,
  folder: string,
  o: { maxUnpackedBytes: number; dataset?: string | undefined }
): Promise<Source> {
  if (format === 'zip') return unpackShapefile(join(folder, RECEIVED), folder, o)
  const crs = checkGeoJsonCrs(scanner.root.crs)
  await rename(join(folder, RECEIVED), join(folder, 'data.geojson'))
  const dataset = fileName.replace(/\.[^.]*$/, '')
  return { format, dataset, file: 'data.geojson', crs, encoding: 'utf-8', numberFields: [], notes: [] }
}

/** What a file is, by its first bytes; its name and declared type prove nothing. */
function sniff(head: Buffer): Received['format'] | undefined {
  // An archive begins with a file or, when empty, with its end (APPNOTE 4.3.7, 4.3.16).
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0x06054b50) return 'zip'
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  return /^\s*[{[]/.test(text) ? 'geojson' : undefined
}

const plainFileName = (name: string) =>
  name
    .replace(/^.*[/\\]/s, '')
    .replace(/[<>"'`&\p{C}]+/gu, '_')
    .slice(0, 120) || 'file'
