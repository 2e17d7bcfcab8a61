import { setTimeout as wait } from 'node:timers/promises'
import type { TileGrid } from '../../server/lib/tile-matrix.ts'
import { type Bbox, blockOf } from '../../server/tiles/archive/area.ts'
import { blockSize, type TileBlock } from '../../server/tiles/archive/curve.ts'
import type { TileClient } from './tile-client.ts'

export interface Warming {
  client: TileClient
  /** The path of a tile, with `{z}`, `{x}`, `{y}`. */
  template: string
  grid: TileGrid
  bbox: Bbox
  /** Levels of the grid. */
  levels: { min: number; max: number }
  concurrency: number
  /** Requests a second at most; 0: as they come. */
  rate: number
  onProgress?: (progress: WarmProgress) => void
}

export interface WarmProgress {
  /** Tiles asked for or known to be empty, of all there are. */
  done: number
  total: number
  /** Tiles that came, their bytes, those that were empty, and what was not asked for below those. */
  tiles: number
  bytes: number
  empty: number
  skipped: number
  failed: number
  /** What went wrong first. */
  failure?: string
}

interface Place {
  z: number
  x: number
  y: number
}

/** How often a server that is busy is asked again for a tile. */
const TRIES = 5

/**
 * Asks for every tile of an area, from the first level down. Below an empty tile there is nothing, as a rule, so it is
 * not looked at. A busy server (503) is given the time it asks for.
 */
export async function warm(options: Warming): Promise<WarmProgress> {
  const { bbox, grid, levels } = options
  const blocks = new Map<number, TileBlock>()
  for (let z = levels.min; z <= levels.max; z++) blocks.set(z, blockOf(grid, z, bbox))
  const total = [...blocks.values()].reduce((sum, block) => sum + blockSize(block), 0)
  const progress: WarmProgress = { done: 0, total, tiles: 0, bytes: 0, empty: 0, skipped: 0, failed: 0 }
  const take = pace(options.rate)
  const first = blocks.get(levels.min)!
  // The deepest first: what is waiting stays few.
  const open: Place[] = placesOf(first, levels.min)

  const one = async (place: Place): Promise<void> => {
    const came = await ask(options, place, progress, take)
    progress.done++
    const below = [...blocks].filter(([z]) => z > place.z).map(([, block]) => block)
    if (came) open.push(...children(place, blocks.get(place.z + 1)))
    else {
      const skipped = below.reduce((sum, block) => sum + sharedTiles(block, grid, place), 0)
      progress.skipped += skipped
      progress.done += skipped
    }
    options.onProgress?.(progress)
  }
  const working = new Set<Promise<void>>()
  while (open.length > 0 || working.size > 0) {
    while (open.length > 0 && working.size < options.concurrency) {
      const work: Promise<void> = one(open.pop()!).finally(() => working.delete(work))
      working.add(work)
    }
    await Promise.race(working)
  }
  return progress
}

/** @returns whether something may lie below: the tile has something in it, or nobody knows */
async function ask(
  { client, template }: Warming,
  { z, x, y }: Place,
  progress: WarmProgress,
  take: () => Promise<void>
) {
  const path = template.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
  for (let attempt = 1; ; attempt++) {
    await take()
    const answer = await client.get(path).catch((error: Error) => error)
    if (!(answer instanceof Error) && (answer.status === 200 || answer.status === 204)) {
      if (answer.status === 204) progress.empty++
      else progress.tiles++
      progress.bytes += answer.body.length
      return answer.status === 200
    }
    if (!(answer instanceof Error) && answer.status === 503 && attempt < TRIES) {
      await wait(1000 * Math.min(Number(answer.headers['retry-after']) || 1, 30))
      continue
    }
    progress.failed++
    progress.failure ??= answer instanceof Error ? answer.message : `${path}: ${answer.status} ${answer.body}`
    return true
  }
}

/** Lets so many through a second. */
function pace(rate: number): () => Promise<void> {
  let next = 0
  return async () => {
    if (rate <= 0) return
    const now = performance.now()
    next = Math.max(next, now)
    const turn = next
    next += 1000 / rate
    if (turn > now) await wait(turn - now)
  }
}

function placesOf({ west, north, east, south }: TileBlock, z: number): Place[] {
  const places: Place[] = []
  for (let y = south; y >= north; y--) for (let x = east; x >= west; x--) places.push({ z, x, y })
  return places
}

const children = ({ z, x, y }: Place, block: TileBlock | undefined): Place[] =>
  block
    ? [0, 1, 2, 3]
        .map(quarter => ({ z: z + 1, x: 2 * x + (quarter & 1), y: 2 * y + (quarter >> 1) }))
        .filter(({ x, y }) => x >= block.west && x <= block.east && y >= block.north && y <= block.south)
    : []

/** How many tiles of a deeper block lie in a tile. */
function sharedTiles({ z, west, north, east, south }: TileBlock, { zoomOffset }: TileGrid, place: Place): number {
  const side = 2 ** (z - zoomOffset - place.z)
  const columns = Math.min(east, (place.x + 1) * side - 1) - Math.max(west, place.x * side) + 1
  const rows = Math.min(south, (place.y + 1) * side - 1) - Math.max(north, place.y * side) + 1
  return Math.max(columns, 0) * Math.max(rows, 0)
}
