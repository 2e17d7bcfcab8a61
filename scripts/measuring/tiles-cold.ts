import type { Layer } from '../../server/catalog/layer.ts'
import type { Statement } from '../../server/lib/sql.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { answered, failed, load } from './load.ts'
import { residentMB } from './own-server.ts'
import { MOST_SCRIPTS, pgbench } from './pgbench.ts'
import { askTile, headersOf, MODES, type Mode, type TileBench, WITHOUT_CACHE, withServer } from './tile-bench.ts'
import { equivalentSql } from './tile-sql.ts'
import { filledTiles, pathOf } from './tile-targets.ts'

/** Tiles a second, every one made anew. */
export interface ColdFigure {
  layer: string
  zoom: number
  connections: number
  /** How many different tiles were asked for in turn. */
  tiles: number
  mode: Mode
  server: number
  /** pgbench, the equivalent statement, as many connections. */
  sql: number
  ratio: number
  p95: number
  kilobytes: number
  errors: number
}

export interface LoadFigure {
  layer: string
  /** Seconds until the first tile of a fresh server. */
  first: number
  /** Resident memory of the server before and after, MB. */
  before: number | undefined
  after: number | undefined
}

const ZOOMS = [10, 12, 14, 16]
const CONNECTIONS = [1, 16]

interface Case {
  layer: Layer
  zoom: number
  connections: number
  paths: string[]
  statements: Statement[]
}

export async function measureCold(bench: TileBench): Promise<{ figures: ColdFigure[]; loads: LoadFigure[] }> {
  const cases = await casesOf(bench)
  const sql: number[] = []
  for (const { statements, connections } of cases)
    sql.push(
      await pgbench(statements, { url: bench.databaseUrl, folder: bench.folder, connections, seconds: bench.seconds })
    )
  const figures: ColdFigure[] = []
  const loads: LoadFigure[] = []
  for (const mode of MODES) {
    await withServer(bench, { mode, ...WITHOUT_CACHE }, async server => {
      for (const layer of bench.heavy) {
        const before = await residentMB(server.pid)
        const started = performance.now()
        for (const { paths } of cases.filter(one => one.layer === layer && one.connections === 1))
          await askTile(server, paths[0]!)
        const first = Math.round(performance.now() - started) / 1000
        if (mode === 'memory') loads.push({ layer: layer.id, first, before, after: await residentMB(server.pid) })
      }
      for (const [i, { layer, zoom, connections, paths }] of cases.entries()) {
        const asked = { base: server.base, headers: headersOf(server), paths, connections }
        await load({ ...asked, seconds: 0.5 })
        const found = await load({ ...asked, seconds: bench.seconds })
        const kilobytes = Math.round(found.bytes / Math.max(answered(found, 2), 1) / 100) / 10
        figures.push({
          layer: layer.id,
          zoom,
          connections,
          tiles: paths.length,
          mode,
          server: found.perSecond,
          sql: Math.round(sql[i]! * 100) / 100,
          ratio: found.perSecond / sql[i]!,
          p95: found.latency.p95,
          kilobytes,
          errors: failed(found)
        })
      }
    })
  }
  return { figures, loads }
}

/** No more connections than tiles: two who want the same tile would be given one. */
async function casesOf({ db, heavy }: TileBench): Promise<Case[]> {
  const cases: Case[] = []
  for (const layer of heavy) {
    for (const zoom of ZOOMS.filter(zoom => zoom >= layer.zoom.min)) {
      const tiles = await filledTiles(db, layer, zoom, MOST_SCRIPTS)
      const paths = tiles.map(tile => pathOf({ layer: layer.id, tile }))
      const statements = tiles.map(tile => equivalentSql(layer, WEB_MERCATOR_QUAD, tile))
      const counts = new Set(CONNECTIONS.map(count => Math.min(count, tiles.length)))
      for (const connections of counts) if (connections > 0) cases.push({ layer, zoom, connections, paths, statements })
    }
  }
  return cases
}
