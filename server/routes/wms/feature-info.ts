import type { FastifyReply } from 'fastify'
import { findInfoFormat, INFO_FORMATS, type InfoFormat } from '../../features/info-formats.ts'
import { isQueryable } from '../../features/queryable.ts'
import { type Kvp, listOf } from '../../lib/kvp.ts'
import { untilLeft } from '../../lib/until-left.ts'
import { audience } from '../../tiles/tileset.ts'
import { meetsArea } from './crs-area.ts'
import type { AskedLayer } from './find-layers.ts'
import type { OperationMaker } from './operation.ts'
import { cannotQuery, invalid, missing, noFormat, noLayer, noPoint } from './problems.ts'
import { type MapAsk, readMap } from './read-map.ts'

/** Features of a layer that are told at once. */
const MOST_FEATURES = 50
/** Pixels beside a line or point, as `BUFFER` asks for them. */
const MOST_REACH = 50

/** Answers GetFeatureInfo (OGC 06-042 §7.4, OGC 01-068r3 §7.3). */
export const featureInfoReply: OperationMaker =
  app =>
  async (request, reply, kvp): Promise<FastifyReply> => {
    const ask = await readMap(app, request, kvp)
    const queried = readQueried(kvp, ask)
    const format = readFormat(kvp)
    const pixel = readPixel(kvp, ask)
    const count = Math.min(readCount('FEATURE_COUNT', kvp, 1) ?? 1, MOST_FEATURES)
    const buffer = readCount('BUFFER', kvp, 0)
    request.served = [...new Set(queried.map(({ name }) => name))].join()

    const { frame } = ask
    const shown = meetsArea(frame.crs, frame.box) ? queried.map(({ shown }) => shown) : []
    const features = await app.featureInfo({
      shown,
      frame,
      pixel,
      count,
      ...(buffer !== undefined && { reach: Math.min(buffer, MOST_REACH) }),
      language: request.language,
      signal: untilLeft(reply)
    })
    if (ask.warnings.length > 0) reply.header('warning', ask.warnings.join(', '))
    const kept = audience(queried.flatMap(({ shown }) => shown.collection.members))
    return reply.sendFeatureInfo(features, format, `${kept}no-cache`)
  }

/** @throws LayerNotDefined for what is not among LAYERS, LayerNotQueryable */
function readQueried(kvp: Kvp, { layers }: MapAsk): AskedLayer[] {
  const names = listOf(kvp.get('query_layers') ?? '')
  if (names.length === 1 && names[0] === '') throw missing('QUERY_LAYERS')
  for (const name of names) {
    const found = layers.find(layer => layer.name === name)
    if (!found) throw noLayer(name)
    if (!found.shown.collection.members.some(({ layer }) => isQueryable(layer))) throw cannotQuery(name)
  }
  return layers.filter(({ name }) => names.includes(name))
}

/** @throws InvalidFormat */
function readFormat(kvp: Kvp): InfoFormat {
  const value = kvp.get('info_format')
  const found = value ? findInfoFormat(value) : INFO_FORMATS[0]
  if (!found)
    throw noFormat(
      'INFO_FORMAT',
      value ?? '',
      INFO_FORMATS.map(({ type }) => type)
    )
  return found
}

/** A pixel by I and J, in 1.1.1 X and Y, from the upper left corner. @throws InvalidPoint */
function readPixel(kvp: Kvp, { version, frame }: MapAsk): [number, number] {
  const { width, height, pixelRatio } = frame
  const [across, down] = version === '1.3.0' ? ['I', 'J'] : ['X', 'Y']
  const read = (name: string, side: number): number => {
    const value = kvp.get(name.toLowerCase())
    if (!value) throw missing(name)
    const max = Math.round(side * pixelRatio) - 1
    if (!/^\d{1,9}$/.test(value) || Number(value) > max) throw noPoint(name, value, max)
    return Number(value)
  }
  return [read(across!, width), read(down!, height)]
}

function readCount(name: string, kvp: Kvp, min: number): number | undefined {
  const value = kvp.get(name.toLowerCase())
  if (!value) return undefined
  if (!/^\d{1,9}$/.test(value) || Number(value) < min) throw invalid(name, value, `${min} …`)
  return Number(value)
}
