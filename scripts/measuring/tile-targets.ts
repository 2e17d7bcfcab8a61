import type { Layer } from '../../server/catalog/layer.ts'
import { tableOf } from '../../server/catalog/table.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import { tileZooms } from '../../server/tiles/scheme.ts'
import { random } from '../seeding/random.ts'

export interface Target {
  layer: string
  tile: TileId
}

export const pathOf = ({ layer, tile: { z, x, y } }: Target): string => `/tiles/${layer}/${z}/${x}/${y}.mvt`

type Place = { x: number; y: number }

/** So many places of a layer's features, the same ones each time, all over it. */
export function places(db: Database, layer: Layer, count: number): Promise<Place[]> {
  return db.query<Place>(sql`SELECT ST_X(p) AS x, ST_Y(p) AS y FROM (SELECT fid, ST_PointOnSurface(geom) AS p FROM ${tableOf(layer)}
    WHERE rev_to IS NULL ORDER BY md5(fid::text) LIMIT ${count}::integer) AS f`)
}

/** Different tiles of a zoom that have features, at most so many, drawn so that crowded ones come first. */
export async function filledTiles(db: Database, layer: Layer, z: number, count: number): Promise<TileId[]> {
  const tiles = (await places(db, layer, count * 20)).map(({ x, y }) => tileAt(z, x, y))
  return [...new Map(tiles.map(tile => [`${tile.x}/${tile.y}`, tile])).values()].slice(0, count)
}

/** Requests by zoom, 0 to 18, of a busy map (TileSiege's weights). */
const WEIGHTS = [2, 2, 6, 12, 16, 27, 38, 41, 49, 56, 72, 71, 99, 135, 135, 136, 102, 66, 37]

/**
 * Different tiles of many layers, so many of each zoom as a busy map asks for; where a zoom has not as many, the other
 * zooms have more.
 */
export async function replayTargets(db: Database, layers: readonly Layer[], count: number): Promise<Target[]> {
  const found = new Map<string, Layer['zoom'] & { id: string; places: Place[] }>()
  for (const layer of layers)
    found.set(layer.id, { id: layer.id, ...tileZooms(layer), places: await places(db, layer, 2000) })
  const chosen = new Map<string, Target>()
  const sum = WEIGHTS.reduce((a, b) => a + b)
  const next = random('replay')
  for (let round = 0; chosen.size < count && round < 10; round++) {
    const wanted = count - chosen.size
    WEIGHTS.forEach((weight, z) => {
      const able = [...found.values()].filter(({ min, max, places }) => z >= min && z <= max && places.length > 0)
      if (able.length === 0) return
      for (let i = 0; i < (wanted * weight) / sum && chosen.size < count; i++) {
        const { id, places } = able[Math.floor(next() * able.length)]!
        const place = places[Math.floor(next() * places.length)]!
        const target = { layer: id, tile: tileAt(z, place.x, place.y) }
        chosen.set(pathOf(target), target)
      }
    })
  }
  return [...chosen.values()]
    .map(target => ({ target, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ target }) => target)
}
