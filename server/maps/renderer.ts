import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import { findPictureCrs, type PictureCrs } from '../lib/picture-crs.ts'
import type { TileId } from '../lib/tile-id.ts'
import { type TileGrid, tileExtent } from '../lib/tile-matrix.ts'
import type { Picture, PictureFrame } from './picture.ts'
import { pictureOverloaded, pictureTooSlow } from './problems.ts'
import { orderOf, type TileOf } from './render/order.ts'
import { rehearsal } from './render/rehearsal.ts'
import { RenderThreads } from './render/render-threads.ts'
import type { SheetFiles } from './render/sheets.ts'
import type { BlockPlace } from './tile-block.ts'
import type { DrawnBlock } from './tile-pictures.ts'

export interface RendererOptions<Member> {
  /** A tile (MVT, gzip or plain; or a picture; null: empty), and a name that differs whenever its bytes do. */
  tileOf: TileOf<Member>
  /** The name under which a tile would be got now: one that the threads have is not got. Null: it is not known. */
  keyOf?(member: Member, grid: TileGrid, tile: TileId): string | null
  /** The icons of a sheet, with so many pixels of it a CSS pixel; null where there are none. */
  sheetOf(name: string, ratio: 1 | 2): Promise<SheetFiles | null>
  /** Threads that draw; default: one for each processor. */
  threads?: number
  /** Pictures that may be drawn or wait at once. */
  queue?: number
  /** The longest a picture may take, waiting included. */
  deadlineMs?: number
}

export interface RendererStats {
  /** Pictures that were asked for and are not there yet. */
  pictures: number
  threads: number
  drawing: number
  waiting: number
  /** Since the start: pictures (blocks of raster tiles count as one) that were drawn and that could not be; how long those
   * that were took, waiting included; and their bytes. */
  drawn: number
  failed: number
  seconds: number
  drawnBytes: number
}

/** Draws pictures from tiles by MapLibre styles, in threads of its own. */
export interface Renderer<Member> {
  /**
   * The finished file.
   * @throws PICTURE_OVERLOADED, PICTURE_TOO_SLOW (503, with `retryAfter`), the signal's reason, what `tileOf` throws
   */
  draw(picture: Picture<Member>, signal?: AbortSignal): Promise<Buffer>
  /** Raster tiles that lie side by side, drawn as one so that labels go on from one to the next; row by row. */
  drawTiles(block: DrawnBlock<Member>, signal?: AbortSignal): Promise<Buffer[]>
  /** Starts the threads and has them draw what nobody sees, so that the first picture is as quick as the others. */
  rehearse(): Promise<void>
  stats(): RendererStats
  close(): Promise<void>
}

/** How often threads draw at first: afterwards there is hardly anything left to compile. */
const REHEARSALS = 6

/** To be raised with every change after which the same style and tiles give other pixels. */
export const RENDERING = 2

export function createRenderer<Member>(options: RendererOptions<Member>): Renderer<Member> {
  const { threads: size = availableParallelism(), queue = 64, deadlineMs = 30_000 } = options
  const threads = new RenderThreads(size)
  let pictures = 0
  const counts = { drawn: 0, failed: 0, seconds: 0, drawnBytes: 0 }

  async function draw(
    picture: Picture<Member>,
    columns: number,
    rows: number,
    signal?: AbortSignal
  ): Promise<Buffer[]> {
    signal?.throwIfAborted()
    if (pictures >= queue) throw pictureOverloaded()
    const given = new AbortController()
    // Every tile of the picture waits for it.
    setMaxListeners(0, given.signal)
    const leave = () => given.abort(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      given.abort(pictureTooSlow({ seconds: deadlineMs / 1000 }))
    }, deadlineMs)
    pictures++
    const begin = performance.now()
    try {
      const { goods, fetch } = await orderOf(picture, columns, rows, options, key => threads.haveAll(key), given.signal)
      const files = await threads.draw({ goods, fetch, signal: given.signal, isLate: () => isLate })
      counts.drawn++
      counts.seconds += (performance.now() - begin) / 1000
      for (const { length } of files) counts.drawnBytes += length
      return files
    } catch (error) {
      if (!signal?.aborted) counts.failed++
      throw error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
      pictures--
    }
  }

  return {
    draw: async (picture, signal) => (await draw(picture, 1, 1, signal))[0]!,
    drawTiles(block, signal) {
      const { layers, background, type, margin, columns, rows } = block
      return draw({ frame: blockFrame(block), layers, background, type, margin }, columns, rows, signal)
    },
    rehearse: () => threads.rehearse(rehearsal(), REHEARSALS),
    stats: () => ({ pictures, ...counts, ...threads.stats() }),
    close: () => threads.close()
  }
}

/** The systems that tile grids divide. */
const GRID_CRS = {
  3857: findPictureCrs('EPSG:3857')!,
  4326: findPictureCrs('EPSG:4326')!,
  4490: findPictureCrs('EPSG:4490')!
} satisfies Record<TileGrid['srid'], PictureCrs>

/** The frame of tiles that lie side by side. */
export function blockFrame(block: BlockPlace & { size: number; pixelRatio: number }): PictureFrame {
  const { grid, level: z, x, y, columns, rows, size, pixelRatio } = block
  const [west, , , north] = tileExtent(grid, { z, x, y })
  const [, south, east] = tileExtent(grid, { z, x: x + columns - 1, y: y + rows - 1 })
  return {
    crs: GRID_CRS[grid.srid],
    box: [west, south, east, north],
    width: size * columns,
    height: size * rows,
    pixelRatio
  }
}
