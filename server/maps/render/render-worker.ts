import { parentPort } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import type { StyleLayer } from '../../catalog/layer.ts'
import { textOf } from '../../lib/answer-asks.ts'
import { decodePicture } from './decode-picture.ts'
import { decodeTile } from './decode-tile.ts'
import type { DecodedTile } from './decoded-tile.ts'
import { clearDesk } from './desk.ts'
import { drawPicture } from './draw-picture.ts'
import { encodePicture } from './encode.ts'
import { type DrawOrder, type RenderAnswer, type RenderAsk, tilesOf } from './messages.ts'
import { cutPixels } from './pixels.ts'
import { NO_SHEET, type ReadSheet, readSheet } from './sheets.ts'

/** Draws pictures in a thread of its own, one after the other, and keeps what it has read. */

/** Memory for tiles that were read. */
const TILE_BYTES = 96 * 1024 * 1024
/** What a tile takes beside its layers. */
const OVERHEAD = 200

let dropped: string[] = []
/** The layers of a vector tile; the pixels of a picture, none of one that there is not. */
type ReadTile = DecodedTile | Uint32Array
const tiles = new LRUCache<string, ReadTile>({
  maxSize: TILE_BYTES,
  sizeCalculation: tile =>
    tile instanceof Uint32Array
      ? OVERHEAD + tile.byteLength
      : [...tile.values()].reduce((sum, layer) => sum + layer.size, OVERHEAD),
  dispose: (_tile, key) => void dropped.push(key)
})
const styles = new Map<string, readonly StyleLayer[]>()
const sheets = new Map<string, ReadSheet>()

parentPort!.on('message', (message: RenderAsk) => void answer(message))

let before: Promise<unknown> = Promise.resolve()

/** One after the other: encoding waits, and meanwhile the next message comes. */
function answer(message: RenderAsk): void {
  before = before.then(async () => {
    const reply: RenderAnswer = { ask: message.ask, dropped: [] }
    try {
      Object.assign(reply, await work(message))
    } catch (error) {
      clearDesk()
      reply.error = textOf(error)
    }
    reply.dropped = dropped
    dropped = []
    parentPort!.postMessage(reply, reply.files?.map(file => file.buffer) ?? [])
  })
}

async function work({ order, forget, styles: newStyles, sheets: newSheets, tiles: newTiles }: RenderAsk) {
  if (forget) styles.clear()
  for (const [name, style] of newStyles) styles.set(name, style)
  for (const [name, files] of newSheets) sheets.set(name, await readSheet(files))
  const needed = new Map<string, ReadTile>()
  const sides = sidesOf(order)
  for (const [key, bytes] of newTiles) {
    const tile = tiles.get(key) ?? (await readTile(bytes, sides.get(key)))
    needed.set(key, tile)
    tiles.set(key, tile)
  }
  const keys = tilesOf(order).map(({ key }) => key)
  const missing = keys.filter(key => {
    const tile = needed.get(key) ?? tiles.get(key)
    if (tile) needed.set(key, tile)
    return !tile
  })
  if (missing.length > 0) return { missing }
  const pixels = drawPicture(order, {
    style: name => styles.get(name)!,
    sheet: ({ sheet }) => (sheet === null ? NO_SHEET : sheets.get(sheet)!),
    tile: key => needed.get(key) as DecodedTile,
    picture: key => needed.get(key) as Uint32Array
  })
  const files: Uint8Array<ArrayBuffer>[] = []
  for (const part of cutPixels(pixels, order.columns, order.rows)) {
    // In memory of its own, which goes to whoever asked.
    files.push(new Uint8Array(await encodePicture(part, order.type)))
  }
  return { files }
}

const NOTHING = new Uint32Array()

/** @param side of a picture: its pixels */
async function readTile(bytes: Uint8Array | null, side: number | undefined): Promise<ReadTile> {
  if (side === undefined) return bytes ? decodeTile(bytes) : new Map()
  return bytes ? decodePicture(bytes, side) : NOTHING
}

/** How large the pictures among the tiles are, by their keys. */
const sidesOf = ({ layers }: DrawOrder): Map<string, number> =>
  new Map(
    layers.flatMap(({ source }) =>
      source.kind === 'pictures' ? source.tiles.map(({ key }) => [key, source.side] as const) : []
    )
  )
