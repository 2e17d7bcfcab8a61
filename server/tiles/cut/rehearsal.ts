import type { Row } from '../../lib/sql.ts'
import { writeWkb } from '../../lib/wkb.ts'
import { packRows } from '../row-batch.ts'
import type { CutSpec } from './cut-tile.ts'
import type { TileFrame } from './frame.ts'
import { buildSpec } from './spec.ts'
import type { TileWorkers } from './worker-pool.ts'

/** Squares along the side of the tile that is cut. */
const ACROSS = 40
/** Tiles each thread cuts: afterwards there is hardly anything left to compile. */
const TIMES = 8

const SPEC: CutSpec = {
  id: 'rehearsal',
  names: ['name', 'class', 'number', 'feature_id'],
  squareColumns: [1],
  maxZoom: 18,
  labels: false,
  labelZoom: 0,
  cluster: null
}
const LEVEL = 14
const SIDE = 360 / 2 ** LEVEL

/** The tile north-east of where the equator meets Greenwich, on Mercator's projection and in degrees. */
const FRAMES: readonly TileFrame[] = [
  { level: LEVEL, x: 2 ** LEVEL / 2, y: 2 ** LEVEL / 2 - 1, degrees: false },
  { level: LEVEL, x: 2 ** LEVEL / 2, y: 2 ** LEVEL / 4 - 1, degrees: true }
]

/**
 * Starts all threads and has them cut tiles of made-up squares that nobody sees: what each tile goes through is read
 * and compiled before the first one is asked for.
 */
export async function rehearse(workers: TileWorkers): Promise<void> {
  const fields = SPEC.names.slice(0, -1)
  const columns = SPEC.names.map((_, column) => column)
  const cuts = Array.from({ length: workers.size * TIMES }, (_, i) => {
    const order = { spec: SPEC, columns, filter: null, frame: FRAMES[i % FRAMES.length]!, compressed: true }
    return workers.cutRows(packRows(rows(), fields), buildSpec(SPEC), order)
  })
  await Promise.all(cuts)
}

function rows(): Row[] {
  const step = SIDE / ACROSS
  return Array.from({ length: ACROSS * ACROSS }, (_, i) => {
    const [west, south] = [(i % ACROSS) * step, Math.floor(i / ACROSS) * step]
    const [east, north] = [west + step * 0.7, south + step * 0.7]
    const ring: [number, number][] = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south]
    ]
    const geom = writeWkb({ type: 'MultiPolygon', coordinates: [[ring]] })
    return { fid: i + 1, feature_id: `rehearsal-${i}`, geom, name: `一图 ${i}`, class: String(i % 5), number: i / 3 }
  })
}
