import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { fieldColumns, tableOf } from '../../server/catalog/table.ts'
import { join, name, type Row, sql } from '../../server/lib/sql.ts'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import type { OwnServer } from './own-server.ts'
import { type Summary, summarize } from './quantile.ts'
import { askTile, type TileBench, withServer } from './tile-bench.ts'
import { filledTiles, pathOf } from './tile-targets.ts'

/** One feature is changed by an upload to one server; when a second one on the same database shows it. */
export interface EditFigure {
  layer: string
  tile: string
  /** Milliseconds from the end of the upload, as its server tells it, to the tile of the other server that shows it. */
  seen: Summary
  /** From sending the upload. */
  whole: Summary
  /** What tiles elsewhere, asked for with the ETag they had before, were answered. */
  unrelated: Record<string, number>
  /** What the changed tile was answered so. */
  touched: Record<string, number>
}

const ZOOM = 16
const EDITS = 4
const UNRELATED = 20
const PATIENCE_MS = 60_000

export async function measureEdit(bench: TileBench): Promise<EditFigure | null> {
  const layer = bench.heavy[0]
  const number = layer?.fields.find(({ type }) => type === 'number')
  if (!layer || !number) return null
  const tiles = await filledTiles(bench.db, layer, ZOOM, UNRELATED + 20)
  const [row] = await bench.db.query<Row>(sql`SELECT feature_id, ST_AsGeoJSON(geom, 15)::json AS geometry,
      ST_X(ST_PointOnSurface(geom)) AS x, ST_Y(ST_PointOnSurface(geom)) AS y, ${join(fieldColumns(layer))}
    FROM ${tableOf(layer)} WHERE rev_to IS NULL AND ${name(number.name)} IS NOT NULL ORDER BY md5(fid::text) LIMIT 1`)
  if (!row) return null
  const tile = tileAt(ZOOM, Number(row['x']), Number(row['y']))
  const path = pathOf({ layer: layer.id, tile })
  const others = tiles.filter(other => apart(tile, other)).map(other => pathOf({ layer: layer.id, tile: other }))
  // The key of the server that started last is the one the database knows.
  return withServer(bench, {}, one =>
    withServer(bench, {}, async other => {
      const times = { seen: [] as number[], whole: [] as number[] }
      const figure = { unrelated: {} as Record<string, number>, touched: {} as Record<string, number> }
      for (let i = 0; i < EDITS; i++) {
        // The last edit puts back what was there.
        // Two decimals, as files have them: readers of files keep fifteen digits.
        const raised = Number(row[number.name] ?? 0) + (i + 1) / 100
        const value = i === EDITS - 1 ? row[number.name] : Math.round(raised * 100) / 100
        const etags = await Promise.all([path, ...others].map(async any => (await askTile(other, any)).headers['etag']))
        const started = performance.now()
        await upload(
          { ...one, key: other.key },
          layer.id,
          { ...row, [number.name]: value },
          layer.fields.map(field => field.name)
        )
        const published = performance.now()
        await shown(other, path, read => read(layer.id, String(row['feature_id']), number.name) === value)
        times.seen.push(performance.now() - published)
        times.whole.push(performance.now() - started)
        for (const [n, any] of [path, ...others].entries()) {
          const { status } = await askTile(other, any, { 'if-none-match': String(etags[n]) })
          const counted = n === 0 ? figure.touched : figure.unrelated
          counted[status] = (counted[status] ?? 0) + 1
        }
      }
      return { layer: layer.id, tile: path, seen: summarize(times.seen), whole: summarize(times.whole), ...figure }
    })
  )
}

/** Farther than any parcel reaches. */
const apart = (a: TileId, b: TileId): boolean => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) > 3

async function upload({ base, key }: OwnServer, layer: string, row: Row, fields: string[]): Promise<void> {
  const properties = Object.fromEntries(fields.map(field => [field, row[field]]))
  const collection = {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', geometry: row['geometry'], properties }]
  }
  const form = new FormData()
  form.set('layer', layer)
  form.set('mode', 'append')
  form.set('file', new Blob([JSON.stringify(collection)]), 'parcel.geojson')
  const answer = await fetch(`${base}/api/uploads`, { method: 'POST', headers: { 'x-api-key': key }, body: form })
  const { id } = (await answer.json()) as { id: string }
  if (answer.status !== 202) throw new Error(`The upload was answered ${answer.status}.`)
  for (;;) {
    const state = await fetch(`${base}/api/uploads/${id}`, { headers: { 'x-api-key': key } })
    const { status, ...rest } = (await state.json()) as { status: string }
    if (status === 'published') return
    if (status === 'refused' || status === 'failed')
      throw new Error(`The upload was ${status}: ${JSON.stringify(rest).slice(0, 500)}`)
    await wait(5)
  }
}

type ReadValue = (layer: string, featureId: string, field: string) => unknown

async function shown(server: OwnServer, path: string, is: (read: ReadValue) => boolean): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await wait(10)) {
    const { body } = await askTile(server, path)
    if (body.length > 0 && is(reader(gunzipSync(body)))) return
  }
  throw new Error(`${path} does not show the edit after ${PATIENCE_MS} ms.`)
}

function reader(mvt: Buffer): ReadValue {
  const { layers } = new VectorTile(new PbfReader(mvt))
  return (id, featureId, field) => {
    const layer = layers[id]
    for (let i = 0; i < (layer?.length ?? 0); i++) {
      const { properties } = layer!.feature(i)
      if (properties['feature_id'] === featureId) return properties[field]
    }
    return undefined
  }
}
