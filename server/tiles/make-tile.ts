import { setMaxListeners } from 'node:events'
import { Problem } from '../lib/errors.ts'
import { decode, encode } from './codings.ts'
import { tileZooms } from './scheme.ts'
import type { CutAsk, CutTile, TileSource } from './source.ts'
import type { Finished } from './tile-cache.ts'
import type { TileCounts } from './tile-counts.ts'
import { type TileMember, type TileName, type TileSubject, tileName, viewOf, zoomOf } from './tile-name.ts'
import type { WorkQueue } from './work-queue.ts'

export interface Workshop {
  source: TileSource
  queue: WorkQueue
  counts: TileCounts
  compress?: (plain: Uint8Array) => Promise<Buffer>
}

/** What a tile is made to be: plain bytes where nobody is to have them compressed. */
export interface TileOrder extends TileSubject {
  coding: 'gzip' | 'identity'
}

/** A tile and what it is: of other revisions than were asked for, where some were published meanwhile. */
export interface MadeTile {
  name: TileName
  tile: Finished
}

/**
 * Makes a tile: the parts of all its layers at the same time, each in its layer's lane of the queue.
 * @param controller gives them up; aborted when one of them fails or is not done in time
 */
export async function makeTile(shop: Workshop, order: TileOrder, controller: AbortController): Promise<MadeTile> {
  const parts = await together(order.members, controller, member => makePart(shop, member, order, controller))
  const members = order.members.map((member, i) => asMade(member, parts[i]!.revision))
  return { name: tileName({ ...order, members }), tile: await finish(parts, order.coding, shop.compress) }
}

const EMPTY = { mvt: null, reduced: null }

/** What is known without looking to have nothing in the tile is no work. */
export function isWork({ layer, revision, view }: TileMember, zoom: number): boolean {
  const { min, max } = tileZooms(layer)
  return revision > 0 && view?.asOfRevision !== 0 && zoom >= min && zoom <= max
}

async function makePart(
  { source, queue, counts }: Workshop,
  member: TileMember,
  { members, grid, tile, coding }: TileOrder,
  controller: AbortController
): Promise<CutTile> {
  const { layer, revision } = member
  const zoom = zoomOf(grid, tile)
  if (!isWork(member, zoom)) return { revision, ...EMPTY }
  const view = viewOf(member)
  const isWhole = members.length === 1
  const compressed = isWhole && coding === 'gzip'
  const ask: CutAsk = { layer, revision, grid, tile, view, isWhole, compressed }
  const count = counts.of(layer.id, zoom)
  const work = async (signal: AbortSignal) => {
    const begin = performance.now()
    const cut = await source.cut(ask, signal)
    count.cuts++
    count.seconds += (performance.now() - begin) / 1000
    return cut
  }
  try {
    return await queue.run(layer.id, { ready: signal => source.ready?.(ask, signal) ?? null, work }, controller)
  } catch (error) {
    if (error instanceof Problem && error.status === 503) count.refused++
    else if (!controller.signal.aborted) count.failed++
    throw error
  }
}

/** What was cut from another revision goes by that one; all of it may have changed, as far as is known here. */
function asMade(member: TileMember, revision: number): TileMember {
  if (revision === member.revision || viewOf(member).asOfRevision !== null) return member
  const { changes: _, ...rest } = member
  return { ...rest, revision }
}

/** The tiles of several layers, one after the other, are the tile of all of them (MVT 2.1 §4.1: repeated layers). */
async function finish(
  parts: readonly CutTile[],
  coding: TileOrder['coding'],
  compress: (plain: Uint8Array) => Promise<Buffer> = plain => encode(plain, 'gzip')
): Promise<Finished> {
  const filled = parts.filter(({ mvt, ready }) => mvt || ready)
  const reduced = filled.some(part => part.reduced !== null)
  const [only] = filled
  if (!only) return { bytes: null, coding, reduced }
  if (filled.length === 1 && only.ready) return { ...only.ready, reduced }
  const plain = await Promise.all(filled.map(({ mvt, ready }) => (ready ? decode(ready.bytes, ready.coding) : mvt!)))
  const joined = plain.length === 1 ? plain[0]! : Buffer.concat(plain)
  return { bytes: coding === 'gzip' ? await compress(joined) : await encode(joined, coding), coding, reduced }
}

/** Does one thing for each item at the same time; where one fails the others are given up. */
async function together<I, O>(
  items: readonly I[],
  controller: AbortController,
  work: (item: I) => Promise<O>
): Promise<O[]> {
  if (items.length === 1) return [await work(items[0]!)]
  // Each listens.
  setMaxListeners(0, controller.signal)
  try {
    return await Promise.all(items.map(work))
  } catch (error) {
    controller.abort(error)
    throw error
  }
}
