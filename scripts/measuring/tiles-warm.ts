import type { Layer } from '../../server/catalog/layer.ts'
import { startBare } from './bare-server.ts'
import { failed, type LoadJob, load } from './load.ts'
import type { OwnServer } from './own-server.ts'
import { askTile, headersOf, readIntoMemory, type TileBench, withServer } from './tile-bench.ts'
import { filledTiles, pathOf } from './tile-targets.ts'

/** Requests a second of the server and of a bare Fastify route that sends the same bytes. */
export interface WarmFigure {
  tile: string
  bytes: number
  answer: 'tile' | '304'
  connections: number
  server: number
  bare: number
  ratio: number
  p99: number
  errors: number
}

const CONNECTIONS = [1, 16, 64]
/** Server and yardstick in turn, so that whatever slows the machine slows both. */
const ROUNDS = 4
const ZOOM = 15

export function measureWarm(bench: TileBench): Promise<WarmFigure[]> {
  return withServer(bench, {}, async server => {
    const figures: WarmFigure[] = []
    for (const layer of layersOf(bench)) figures.push(...(await measureLayer(bench, server, layer)))
    return figures
  })
}

/** A layer that needs a key, and the largest that needs none. */
function layersOf({ heavy, catalog }: TileBench): Layer[] {
  const open = catalog
    .layers()
    .filter(({ id, sharing, zoom }) => sharing === 'open' && zoom.min <= ZOOM && catalog.state(id).revision > 0)
    .toSorted((a, b) => catalog.state(b.id).featureCount - catalog.state(a.id).featureCount)
  return [...heavy.slice(0, 1), ...open.slice(0, 1)]
}

async function measureLayer(bench: TileBench, server: OwnServer, layer: Layer): Promise<WarmFigure[]> {
  const [tile] = await filledTiles(bench.db, layer, ZOOM, 1)
  if (!tile) return []
  const path = pathOf({ layer: layer.id, tile })
  // A server that is still reading the layer has more to do than to send.
  await readIntoMemory(server, path)
  const { body, headers } = await askTile(server, path)
  const etag = String(headers['etag'])
  const bare = await startBare({ body, etag })
  const figures: WarmFigure[] = []
  try {
    for (const answer of ['tile', '304'] as const) {
      const asked = answer === '304' ? { ...headersOf(server), 'if-none-match': etag } : headersOf(server)
      for (const connections of CONNECTIONS) {
        const common = { headers: asked, connections, seconds: bench.seconds / ROUNDS }
        const found = await inTurn(
          { base: server.base, paths: [path], ...common },
          { base: bare.base, paths: ['/tile'], ...common }
        )
        figures.push({ tile: path, bytes: answer === '304' ? 0 : body.length, answer, connections, ...found })
      }
    }
  } finally {
    bare.stop()
  }
  return figures
}

async function inTurn(ours: LoadJob, theirs: LoadJob) {
  const warmUp = { seconds: 0.5 }
  await load({ ...ours, ...warmUp })
  await load({ ...theirs, ...warmUp })
  let [server, bare, errors, p99] = [0, 0, 0, 0]
  for (let i = 0; i < ROUNDS; i++) {
    const mine = await load(ours)
    const yardstick = await load(theirs)
    server += mine.perSecond / ROUNDS
    bare += yardstick.perSecond / ROUNDS
    errors += failed(mine) + failed(yardstick)
    p99 = Math.max(p99, mine.latency.p99)
  }
  return { server: Math.round(server), bare: Math.round(bare), ratio: server / bare, p99, errors }
}
