import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kvp } from '../../lib/kvp.ts'
import type { PictureFrame } from '../../maps/picture.ts'
import type { ViewQuery } from '../../tiles/parse-view.ts'
import type { Chosen } from './dimensions.ts'
import { type AskedLayer, findLayers, onlyOf } from './find-layers.ts'
import { parseFrame } from './parse-frame.ts'
import { versionOf, type WmsVersion } from './versions.ts'

/** What GetMap and GetFeatureInfo have in common: layers, found for who asks, and where they are looked at. */
export interface MapAsk {
  version: WmsVersion
  /** From bottom to top. */
  layers: readonly AskedLayer[]
  frame: PictureFrame
  /** What is to be said of values that were chosen for the client, as `Warning` headers have it. */
  warnings: readonly string[]
}

/**
 * Reads the part of a request that says what map it is about.
 * @throws what `versionOf`, `parseFrame` and `findLayers` throw
 */
export async function readMap(app: FastifyInstance, request: FastifyRequest, kvp: Kvp): Promise<MapAsk> {
  const version = versionOf(kvp)
  const frame = parseFrame(kvp, { version, lenientAxes: isLenient(app, request) })
  const found = findLayers(app, request, kvp)
  const layers: AskedLayer[] = []
  const warnings = new Set<string>()
  for (const { shown, ...asked } of found) {
    const [member] = shown.collection.members
    const chosen = asked.kind === 'layer' && member ? await app.dimensions.choose(member, kvp) : []
    for (const { warning } of chosen) if (warning) warnings.add(warning)
    const query = viewOf(kvp, chosen)
    layers.push({ ...asked, shown: { ...shown, ...(query && { query }) } })
  }
  return { version, layers, frame, warnings: [...warnings] }
}

/** What of a layer a map is to show, as tiles know it. */
function viewOf(kvp: Kvp, chosen: readonly Chosen[]): ViewQuery | undefined {
  const conditions = [kvp.get('filter'), ...chosen.map(({ query }) => query.filter)].filter(text => Boolean(text))
  const filter = conditions.length > 1 ? conditions.map(text => `(${text})`).join(' AND ') : conditions[0]
  const asof = kvp.get('asof') || chosen.find(({ query }) => query.asof)?.query.asof
  const division = kvp.get('division') || undefined
  return filter || division || asof ? { filter, division, asof } : undefined
}

/** Whether the service that was asked is one whose clients may write a box's axes in either order. */
export function isLenient(app: FastifyInstance, request: FastifyRequest): boolean {
  const services = app.config.wmsLenientAxes.split(',').map(id => id.trim())
  const only = onlyOf(request)
  return services.includes('*') || (only !== undefined && services.includes(only))
}
