import { isDeepStrictEqual } from 'node:util'
import type { TileGrid } from '../../lib/tile-matrix.ts'
import { shapeOf } from '../scheme.ts'
import { type TileMember, viewOf } from '../tile-name.ts'
import type { Tiles } from '../tiles.ts'
import { type Bbox, blocksOf, numbersOf } from './area.ts'
import { blockSize, tileOfNumber } from './curve.ts'
import { inOrder } from './in-order.ts'
import { ArchiveWriter, type Description } from './writer.ts'

/** What is to be exported, and where to. */
export interface Export {
  tiles: Tiles
  /** From bottom to top, each at the revision the catalogue knows. */
  members: readonly TileMember[]
  grid: TileGrid
  bbox: Bbox
  /** As archives count them: zooms of WebMercatorQuad of the same scale. */
  zooms: { min: number; max: number }
  /** The archive's name; beside it `<file>.part` and `<file>.journal` lie while it is written. */
  file: string
  describe: (plan: ExportPlan) => Description
  /** Tiles being made at once. */
  ahead: number
  /** Aborted: no further tile is begun, and what was made is kept, to be resumed. */
  signal: AbortSignal
  onProgress?: (progress: ExportProgress) => void
}

/** What an archive is of; the first line of its journal. */
export interface ExportPlan {
  members: { id: string; shape: string; view: string; revision: number }[]
  grid: TileGrid['id']
  bbox: Bbox
  zooms: { min: number; max: number }
}

export interface ExportProgress {
  /** Tiles looked at, of all there are to look at. */
  done: number
  total: number
  /** Tiles that are not empty, and the bytes that takes. */
  tiles: number
  bytes: number
  /** How many of `done` an earlier run had looked at. */
  resumed: number
  zoom: number
}

/**
 * Writes tiles of the engine into a PMTiles archive. A run that was killed is taken up by the next one with the same
 * `file`, layers, area and zooms, and the archive is the same as without the interruption. It shows each layer as of
 * the revision it was begun with, also where others are published meanwhile.
 * @returns what was done; where all tiles are empty there is no archive (PMTiles v3 has none without a tile)
 * @throws the signal's reason once it is aborted
 */
export async function exportTiles(options: Export): Promise<ExportProgress> {
  const { grid, signal } = options
  const { writer, plan } = await openWriter(options)
  const pins = { members: pinned(options.members, plan) }
  const blocks = blocksOf(grid, plan.zooms, plan.bbox)
  const total = blocks.reduce((sum, block) => sum + blockSize(block), 0)
  const resumed = countUpTo(blocks, writer.last)
  const progress = { done: resumed, total, ...writer.size, resumed, zoom: plan.zooms.min }
  try {
    const make = (number: number) => (signal.aborted ? Promise.resolve(null) : makeTile(options, pins, number))
    for await (const [number, bytes] of inOrder(numbersOf(blocks, writer.last), options.ahead, make)) {
      signal.throwIfAborted()
      await writer.add(number, bytes)
      Object.assign(progress, writer.size, { done: progress.done + 1, zoom: tileOfNumber(number).z })
      options.onProgress?.(progress)
    }
    if (progress.tiles === 0) await writer.discard()
    else await writer.finish(options.describe(plan))
    return progress
  } catch (error) {
    // What went wrong is told, not what went wrong in its wake.
    await writer.checkpoint().catch(() => {})
    await writer.close()
    throw error
  }
}

/** Takes up what lies there of an earlier run, where that was to become the same archive. */
async function openWriter(options: Export): Promise<{ writer: ArchiveWriter; plan: ExportPlan }> {
  const plan: ExportPlan = {
    members: options.members.map(member => ({
      id: member.layer.id,
      shape: shapeOf(member.layer),
      view: viewOf(member).key,
      revision: member.revision
    })),
    grid: options.grid.id,
    bbox: options.bbox,
    zooms: options.zooms
  }
  const found = await ArchiveWriter.resume(options.file)
  if (found) {
    const earlier = JSON.parse(found.plan) as ExportPlan
    if (isDeepStrictEqual(timeless(earlier), timeless(plan))) return { writer: found.writer, plan: earlier }
    await found.writer.close()
  }
  return { writer: await ArchiveWriter.begin(options.file, JSON.stringify(plan)), plan }
}

const timeless = (plan: ExportPlan) => ({ ...plan, members: plan.members.map(member => ({ ...member, revision: 0 })) })

/** The members at the plan's revisions: of one that was published since, the rows of then. */
const pinned = (members: readonly TileMember[], plan: ExportPlan): TileMember[] =>
  members.map((member, i) => {
    const { revision } = plan.members[i]!
    // Without what earlier revisions changed, a tile's key names exactly this one.
    const pinned = { layer: member.layer, view: viewOf(member), revision }
    return revision === member.revision ? pinned : asOf(pinned)
  })

/** @throws where the layer has no history */
function asOf(member: TileMember): TileMember {
  const { layer, revision } = member
  if (viewOf(member).asOfRevision !== null) return member
  if (layer.source) throw new Error(`${layer.id} has changed since the export began, and has no history: begin anew.`)
  const view = viewOf(member)
  return { layer, revision, view: { ...view, asOfRevision: revision, key: `${view.key}&asof=${revision}` } }
}

/** A tile's bytes as gzip at exactly the members' revisions; null where it is empty. */
async function makeTile({ tiles, grid }: Export, pins: { members: readonly TileMember[] }, number: number) {
  const { z, x, y } = tileOfNumber(number)
  const get = async () => {
    const subject = { members: pins.members, grid, tile: { z: z - grid.zoomOffset, x, y } }
    const made = await tiles.get({ ...subject, coding: 'gzip' })
    return { made, exact: made.key === tiles.key(subject) && !made.stale }
  }
  const now = await get()
  if (now.exact) return now.made.bytes
  // Something was published since the catalogue was read: from now on the rows of then.
  pins.members = pins.members.map(member => (member.layer.source ? member : asOf(member)))
  const then = await get()
  if (!then.exact) throw new Error('A layer was published anew, and its earlier rows are gone: begin anew.')
  return then.made.bytes
}

function countUpTo(blocks: ReturnType<typeof blocksOf>, last: number): number {
  let count = 0
  for (const block of blocks) {
    if (last < 0 || block.z > tileOfNumber(last).z) break
    if (block.z < tileOfNumber(last).z) count += blockSize(block)
    else for (const number of numbersOf([block], -1)) if (number <= last) count++
  }
  return count
}
