import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Geometry, Position } from 'geojson'
import { fileUnreadable, plotNotOne } from '../land-check/intake/problems-intake.ts'
import { decodeTxt } from '../land-check/intake/txt-lines.ts'
import { precisionLow } from '../land-check/problems.ts'
import { LandCheckRequestSchema } from '../land-check/request.ts'
import { badField, noFile } from '../uploads/problems.ts'
import type { FileFeatures } from '../uploads/read-file.ts'
import type { Uploads } from '../uploads/uploads.ts'

/**
 * The multipart form of a land-check: the file with the parcel, and the other members of the request as fields. It
 * becomes the JSON request that says the same, so that what is kept can be asked again without the file.
 */

const FIELD_BYTES = 2 * 1024 * 1024
const MAX_FEATURES = 1000
const TIMEOUT_SECONDS = 60

/** What the form may hold; the server's limit for request bodies holds for its file. */
export const FORM_LIMITS = { fieldSize: FIELD_BYTES, fields: 30, files: 1, parts: 40, fileSize: 8 * 1024 * 1024 }

type Members = Record<string, unknown>

export interface FormPlot {
  /** Place in the file, from 1. */
  no: string
  name: string
  /** Values of its attributes, by any of which it may be chosen. */
  values: string[]
  members: Members
}

export interface ParcelForm {
  fields: Members
  /** Of the file; none where the parcel is in the fields. */
  plots: FormPlot[]
}

/**
 * Reads the form.
 * @throws what is wrong with the file, or with a field
 */
export async function readParcelForm(request: FastifyRequest, uploads: Uploads): Promise<ParcelForm> {
  const fields: Members = {}
  let plots: FormPlot[] = []
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      if (part.fieldname !== 'file') {
        part.file.resume()
        throw noFile()
      }
      plots = await readParcelFile(await part.toBuffer(), part.filename || 'file', uploads)
    } else {
      const field = part.fieldname.slice(0, 40)
      if (part.valueTruncated || part.fieldnameTruncated)
        throw badField({ field, reason: '过长', reason_en: 'is too long' })
      fields[field] = readValue(field, String(part.value))
    }
  }
  return { fields, plots }
}

/** The one request of a form: several plots need a choice. @throws PLOT_NOT_ONE */
export function requestOf({ fields, plots }: ParcelForm): Members {
  const { plot: wanted, ...others } = fields
  if (plots.length === 0) return fields
  // A TXT or GeoJSON has its plots within: the engine chooses.
  if (plots.length === 1 && !('wkt' in plots[0]!.members)) return { ...fields, ...plots[0]!.members }
  const named = plots.filter(({ values }) => wanted !== undefined && values.includes(String(wanted)))
  const chosen = wanted === undefined ? plots : named.length > 0 ? named : plots.filter(({ no }) => no === wanted)
  if (chosen.length === 1) return { ...others, ...chosen[0]!.members }
  const list = plots.slice(0, 50).map(({ no, name }) => `${no}${name && ` ${name}`}`)
  const asked = wanted === undefined ? '未指明审查哪一个' : `“${String(wanted)}”对应 ${chosen.length} 个`
  const askedEn = wanted === undefined ? 'and none is chosen' : `and "${String(wanted)}" names ${chosen.length} of them`
  const members = { plots: plots.map(({ no, name }, i) => ({ place: i + 1, no, name })) }
  throw plotNotOne({ count: plots.length, asked, askedEn, list: list.join('; ') }, { members })
}

/** A request for every plot of a form. */
export function requestsOf({
  fields,
  plots
}: ParcelForm): { members: Members; named?: { no: string; name: string } }[] {
  if (plots.length === 0) return [{ members: fields }]
  return plots.map(({ no, name, members }) => ({
    members: { ...fields, ...members },
    ...('wkt' in members && { named: { no, name } })
  }))
}

/** Fields are texts; those the schema wants otherwise are JSON. */
function readValue(field: string, text: string): unknown {
  const properties = LandCheckRequestSchema.properties as Record<string, { type?: unknown }>
  const type = properties[field]?.type
  if (type !== 'object' && type !== 'array' && type !== 'number' && field !== 'geojson') return text
  try {
    return JSON.parse(text)
  } catch {
    throw badField({ field, reason: '须为 JSON', reason_en: 'must be JSON' })
  }
}

/**
 * A file as the members of a request, by plot. Text is a TXT of boundary points, WKT, or GeoJSON; the rest goes
 * through GDAL.
 * @throws FILE_UNREADABLE and the problems of uploads
 */
export async function readParcelFile(
  bytes: Buffer,
  fileName: string,
  uploads: Uploads,
  maxFeatures = MAX_FEATURES
): Promise<FormPlot[]> {
  const name = fileName
    .replace(/^.*[/\\]/s, '')
    .replace(/\p{C}+/gu, '')
    .slice(0, 255)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const sourceFile = (format: string) => ({ name, format: format.slice(0, 40), sha256 })
  const whole = (members: Members): FormPlot[] => [{ no: '1', name: '', values: [], members }]
  const head = bytes.toString('latin1', 0, 200).replace(/^(\xef\xbb\xbf)?\s*/, '')
  const isBinary = bytes.subarray(0, 200).includes(0) && !(bytes[0] === 0xff && bytes[1] === 0xfe)
  if (!isBinary && /^(MULTI)?POLYGON/i.test(head)) {
    return whole({
      wkt: decodeTxt(bytes)
        .text.replace(/^\ufeff/, '')
        .trim(),
      sourceFile: sourceFile('wkt')
    })
  }
  if (head.startsWith('{')) {
    const value = parseJson(bytes, name)
    // A crs member is older than RFC 7946: GDAL knows it.
    if (value.crs === undefined) return whole({ geojson: value, sourceFile: sourceFile('geojson') })
  } else if (!isBinary && !head.startsWith('<') && !head.startsWith('PK')) {
    const { text, encoding } = decodeTxt(bytes)
    return whole({ txt: text, sourceFile: sourceFile(encoding === 'utf-8' ? 'txt' : `txt (${encoding})`) })
  }
  const file = await uploads.readFile(bytes, name, { maxFeatures, timeoutSeconds: TIMEOUT_SECONDS })
  return plotsOf(file, name, sourceFile(`${file.format} (${file.crs})`))
}

function parseJson(bytes: Buffer, file: string): Members {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Members
  } catch (error) {
    throw fileUnreadable({ file, zh: '不是 UTF-8 编码的 JSON', en: 'it is no JSON in UTF-8' }, { cause: error })
  }
}

/** Of a metre, as for every other form: rounding to centimetres decides about caps. */
const NEEDED_DECIMALS = 3

function plotsOf({ features, crs, decimals }: FileFeatures, file: string, sourceFile: object): FormPlot[] {
  if (decimals !== null && decimals < NEEDED_DECIMALS) {
    throw precisionLow({ seen: decimals, needed: NEEDED_DECIMALS, unit: '米 metres' })
  }
  const isWgs = /wgs.?(19)?84|4326|CRS84/i.test(crs)
  const plots = features.map(({ geometry, properties }, i) => {
    const wkt = geometry && wktOf(geometry)
    if (!wkt) {
      const what = geometry?.type ?? 'null'
      throw fileUnreadable({
        file,
        zh: `第 ${i + 1} 个要素不是面（${what}）`,
        en: `feature ${i + 1} is no polygon (${what})`
      })
    }
    const values = Object.values(properties).flatMap(value =>
      value === null || typeof value === 'object' ? [] : [String(value)]
    )
    const name = Object.values(properties).find(value => typeof value === 'string') ?? ''
    const members = { wkt, crs: isWgs ? 'EPSG:4326' : 'EPSG:4490', sourceFile }
    return { no: String(i + 1), name: String(name).slice(0, 100), values, members }
  })
  if (plots.length === 0) throw fileUnreadable({ file, zh: '没有要素', en: 'it holds no feature' })
  return plots
}

function wktOf(geometry: Geometry): string | null {
  const polygons =
    geometry.type === 'Polygon'
      ? [geometry.coordinates]
      : geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : null
  if (!polygons) return null
  const ring = (points: Position[]) => `(${points.map(point => point.join(' ')).join(', ')})`
  const z = (polygons[0]?.[0]?.[0]?.length ?? 2) > 2 ? ' Z' : ''
  return `MULTIPOLYGON${z} (${polygons.map(rings => `(${rings.map(ring).join(', ')})`).join(', ')})`
}
