import type { FastifyInstance } from 'fastify'
import { tileAt } from '../../server/lib/tile-id.ts'
import { decode } from './fixture.ts'

/**
 * Everything a map client would find of a layer at one zoom: all tiles of its TileJSON's bounds, decoded, a feature
 * once, by `feature_id`.
 */
export async function featuresInTiles(app: FastifyInstance, layer: string, zoom: number): Promise<Map<string, object>> {
  const { bounds, tiles } = (await app.inject(`/tiles/${layer}.json`)).json()
  const [west, south, east, north] = bounds
  const first = tileAt(zoom, west, north)
  const last = tileAt(zoom, east, south)
  const found = new Map<string, object>()
  for (let x = first.x; x <= last.x; x++) {
    for (let y = first.y; y <= last.y; y++) {
      const { pathname, search } = new URL(tiles[0].replace('{z}', zoom).replace('{x}', x).replace('{y}', y))
      const answer = await app.inject({ url: pathname + search, headers: { 'accept-encoding': 'identity' } })
      if (answer.statusCode === 204) continue
      const features = decode(answer.rawPayload).layers[layer]
      for (let i = 0; i < (features?.length ?? 0); i++) {
        const { properties } = features!.feature(i)
        found.set(String(properties['feature_id']), properties)
      }
    }
  }
  return found
}
