import { failed, load } from './load.ts'
import { residentMB } from './own-server.ts'
import type { Summary } from './quantile.ts'
import { headersOf, type TileBench, withServer } from './tile-bench.ts'
import { pathOf, replayTargets } from './tile-targets.ts'

/** Thousands of different tiles, asked for once, and then again and again. */
export interface ReplayFigure {
  tiles: number
  connections: number
  passes: {
    perSecond: number
    statuses: Record<string, number>
    errors: number
    latency: Summary
    rss: number | undefined
  }[]
  rssAtStart: number | undefined
}

const TILES = 10_000
const CONNECTIONS = 64
/** The first cold, the others out of the cache: memory must not grow any more. */
const PASSES = 4

export async function measureReplay(bench: TileBench): Promise<ReplayFigure> {
  const { catalog } = bench
  const layers = catalog
    .layers()
    .filter(({ id, geometry }) => catalog.state(id).featureCount > 0 && geometry !== 'Raster')
  const paths = (await replayTargets(bench.db, layers, TILES)).map(pathOf)
  return withServer(bench, {}, async server => {
    const figure: ReplayFigure = {
      tiles: paths.length,
      connections: CONNECTIONS,
      passes: [],
      rssAtStart: await residentMB(server.pid)
    }
    for (let i = 0; i < PASSES; i++) {
      const found = await load({ base: server.base, headers: headersOf(server), paths, connections: CONNECTIONS })
      const { perSecond, statuses, latency } = found
      figure.passes.push({ perSecond, statuses, errors: failed(found), latency, rss: await residentMB(server.pid) })
    }
    return figure
  })
}
