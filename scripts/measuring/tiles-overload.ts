import type { Layer } from '../../server/catalog/layer.ts'
import { answered, failed, type LoadResult, load } from './load.ts'
import type { OwnServer } from './own-server.ts'
import type { Summary } from './quantile.ts'
import { headersOf, MODES, type Mode, readIntoMemory, type TileBench, WITHOUT_CACHE, withServer } from './tile-bench.ts'
import { filledTiles, pathOf, replayTargets } from './tile-targets.ts'

/** A hundred times what one layer's tiles can be made of a second is asked for; what the other layers feel of it. */
export interface OverloadFigure {
  mode: Mode
  /** Tiles of the heavy layer that are made a second when nobody asks for more. */
  capacity: number
  /** Requests a second that were begun. */
  offered: number
  /** Answers for the heavy layer by status; 0: none. */
  heavy: Record<string, number>
  unsent: number
  /** The other layers alone, and meanwhile. */
  idle: Summary
  loaded: Summary
  ratio: number
  errors: number
}

const FACTOR = 100
const MOST_A_SECOND = 3000
/** More than are asked for while one waits: who asks for what is being made waits for that. */
const DISTINCT = 60_000
/** Enough for all that are begun; each waits a moment after it was refused. */
const CONNECTIONS = 2000
const LIGHT_CONNECTIONS = 2
const LIGHT_A_SECOND = 40
const ZOOM = 12

export async function measureOverload(bench: TileBench): Promise<OverloadFigure[]> {
  const [heavy] = bench.heavy
  if (!heavy) return []
  const light = await lightPaths(bench)
  const figures: OverloadFigure[] = []
  for (const mode of MODES) {
    await withServer(bench, { mode, ...WITHOUT_CACHE }, async server => {
      const paths = await heavyPaths(bench, heavy)
      if (mode === 'memory') await readIntoMemory(server, paths[0]!)
      figures.push({ mode, ...(await overload(bench, server, paths, light)) })
    })
  }
  return figures
}

async function overload({ seconds }: TileBench, server: OwnServer, heavy: string[], light: string[]) {
  const common = { base: server.base, headers: headersOf(server) }
  const others = {
    ...common,
    paths: light,
    connections: LIGHT_CONNECTIONS,
    perSecond: LIGHT_A_SECOND,
    seconds: 2 * seconds
  }
  // What is asked for later has been read into memory by then.
  await load({ ...common, paths: light, connections: LIGHT_CONNECTIONS })
  const alone = await load({ ...common, paths: heavy, connections: 4, seconds })
  const capacity = answered(alone, 2) / alone.seconds
  const idle = await load(others)
  const perSecond = Math.min(Math.ceil(capacity * FACTOR), MOST_A_SECOND)
  const flood = { ...common, paths: heavy.toReversed(), connections: CONNECTIONS, perSecond, seconds: 2 * seconds }
  const [flooded, loaded] = await Promise.all([load(flood), load(others)])
  return {
    capacity: Math.round(capacity * 10) / 10,
    offered: perSecond,
    ...toldOf(flooded),
    idle: idle.latency,
    loaded: loaded.latency,
    ratio: loaded.latency.p95 / idle.latency.p95,
    errors: failed(idle) + failed(loaded)
  }
}

const toldOf = ({ statuses, unsent }: LoadResult) => ({ heavy: statuses, unsent })

/** Tiles with hundreds or thousands of features, each with a condition of its own, so that none is like another. */
async function heavyPaths({ db }: TileBench, layer: Layer): Promise<string[]> {
  const tiles = await filledTiles(db, layer, ZOOM, 20)
  const field = layer.fields.find(({ type }) => type === 'number')?.name ?? 'feature_id'
  return Array.from({ length: DISTINCT }, (_, i) => {
    const path = pathOf({ layer: layer.id, tile: tiles[i % tiles.length]! })
    return `${path}?filter=${encodeURIComponent(`${field} > ${i / DISTINCT}`)}`
  })
}

/** Tiles of layers that are small. */
async function lightPaths({ db, catalog, heavy }: TileBench): Promise<string[]> {
  const small = catalog
    .layers()
    .filter(layer => !heavy.includes(layer) && layer.geometry !== 'Raster')
    .filter(({ id }) => catalog.state(id).featureCount > 0 && catalog.state(id).featureCount < 5000)
  const targets = await replayTargets(db, small.slice(0, 12), 300)
  return targets.map(pathOf)
}
