import type { Layer } from '../../server/catalog/layer.ts'
import type { Statement } from '../../server/lib/sql.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { answered, failed, load } from './load.ts'
import { type OwnServer, residentMB } from './own-server.ts'
import { MOST_SCRIPTS, pgbench } from './pgbench.ts'
import { headersOf, MODES, type Mode, readIntoMemory, type TileBench, WITHOUT_CACHE, withServer } from './tile-bench.ts'
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
  /** What clients accept: `identity` is the work that pgbench has done, which compresses nothing. */
  coding: (typeof CODINGS)[number]
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
  /** From the first request until it is read. */
  seconds: number
  /** Resident memory of the server before and after, MB. */
  before: number | undefined
  after: number | undefined
}

const CODINGS = ['identity', 'gzip'] as const
const CONNECTIONS = [1, 16]

const WARM_UP_SECONDS = 2
/** Each case is measured so often, and the middle counts: a machine's speed changes from one moment to the next. */
const ROUNDS = 3
const variants = MODES.flatMap(mode => CODINGS.map(coding => [mode, coding] as const))
const askedOf = (server: OwnServer, coding: string) => ({
  base: server.base,
  headers: { ...headersOf(server), 'accept-encoding': coding }
})

interface Case {
  layer: Layer
  zoom: number
  connections: number
  paths: string[]
  statements: Statement[]
}

/** pgbench and both servers by turns, case by case, so that whatever slows the machine slows all three. */
export function measureCold(bench: TileBench): Promise<{ figures: ColdFigure[]; loads: LoadFigure[] }> {
  return withServer(bench, { mode: 'memory', ...WITHOUT_CACHE }, memory =>
    withServer(bench, { mode: 'postgis', ...WITHOUT_CACHE }, async postgis => {
      // The database knows the key of the server that started last.
      const servers = { memory: { ...memory, key: postgis.key }, postgis }
      const cases = await casesOf(bench)
      const loads: LoadFigure[] = []
      for (const layer of bench.heavy) loads.push(await readLayer(servers.memory, layer, cases))
      await warmUp(servers, cases)
      const figures: ColdFigure[] = []
      for (const one of cases) {
        const found = await measureCase(bench, servers, one)
        figures.push(...found)
        console.error(`${one.layer.id} z${one.zoom}: ${found.map(told).join(', ')}`)
      }
      return { figures, loads }
    })
  )
}

const told = ({ mode, coding, connections, ratio }: ColdFigure) =>
  `${mode} ${coding} ${connections}: ${ratio.toFixed(2)}`

async function readLayer(server: OwnServer, layer: Layer, cases: Case[]): Promise<LoadFigure> {
  const path = cases.find(one => one.layer === layer)?.paths[0]
  const before = await residentMB(server.pid)
  const seconds = path ? await readIntoMemory(server, path) : 0
  return { layer: layer.id, seconds, before, after: await residentMB(server.pid) }
}

/** A server that has made a few tiles only is still being compiled, which takes half of what it has of the processors. */
async function warmUp(servers: Record<Mode, OwnServer>, cases: readonly Case[]): Promise<void> {
  const most = Math.max(...CONNECTIONS)
  const deepest = Math.max(...cases.map(({ zoom }) => zoom))
  for (const [mode, coding] of variants)
    for (const { paths } of cases.filter(({ connections, zoom }) => connections === most && zoom === deepest))
      await load({ ...askedOf(servers[mode], coding), paths, connections: most, seconds: WARM_UP_SECONDS })
}

async function measureCase(bench: TileBench, servers: Record<Mode, OwnServer>, one: Case): Promise<ColdFigure[]> {
  const rounds: ColdFigure[][] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(bench, servers, one))
  const middle = rounds.length >> 1
  return variants.map((_, i) => rounds.map(round => round[i]!).sort((a, b) => a.ratio - b.ratio)[middle]!)
}

async function measureRound(bench: TileBench, servers: Record<Mode, OwnServer>, one: Case): Promise<ColdFigure[]> {
  const { layer, zoom, connections, paths, statements } = one
  const { databaseUrl: url, folder, seconds } = bench
  const sql = await pgbench(statements, { url, folder, connections, seconds })
  const figures: ColdFigure[] = []
  for (const [mode, coding] of variants) {
    const asked = { ...askedOf(servers[mode], coding), paths, connections }
    await load({ ...asked, seconds: 0.5 })
    const found = await load({ ...asked, seconds })
    figures.push({
      layer: layer.id,
      zoom,
      connections,
      tiles: paths.length,
      mode,
      coding,
      server: found.perSecond,
      sql: Math.round(sql * 100) / 100,
      ratio: found.perSecond / sql,
      p95: found.latency.p95,
      kilobytes: Math.round(found.bytes / Math.max(answered(found, 2), 1) / 100) / 10,
      errors: failed(found)
    })
  }
  return figures
}

/** No more connections than tiles: two who want the same tile would be given one. */
async function casesOf({ db, heavy, coldZooms }: TileBench): Promise<Case[]> {
  const cases: Case[] = []
  for (const layer of heavy) {
    for (const zoom of coldZooms.filter(zoom => zoom >= layer.zoom.min)) {
      const tiles = await filledTiles(db, layer, zoom, MOST_SCRIPTS)
      const paths = tiles.map(tile => pathOf({ layer: layer.id, tile }))
      const statements = tiles.map(tile => equivalentSql(layer, WEB_MERCATOR_QUAD, tile))
      const counts = new Set(CONNECTIONS.map(count => Math.min(count, tiles.length)))
      for (const connections of counts) if (connections > 0) cases.push({ layer, zoom, connections, paths, statements })
    }
  }
  return cases
}
