import { LRUCache } from 'lru-cache'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import type { PictureLayer, PictureType } from './picture.ts'
import { BLOCK_MARGIN, type BlockPlace, blockOf, TILE_SIDE, tilesOfBlock } from './tile-block.ts'

/** A block of raster tiles as the renderer draws it. */
export interface DrawnBlock<Member> extends BlockPlace {
  size: 256
  pixelRatio: number
  layers: readonly PictureLayer<Member>[]
  background: string | null
  type: PictureType
  margin: number
}

/** What raster tiles show, and how they are encoded. */
export interface TileSheet<Member> {
  /** Everything that decides their bytes but the place and the data, in one text. */
  name: string
  layers: readonly PictureLayer<Member>[]
  background: string | null
  pixelRatio: number
  type: PictureType
  /** Names the state of the data that a block is drawn from. */
  versionOf(block: BlockPlace): string
}

export interface TilePicture {
  bytes: Buffer
  /** Names the bytes; known before they are made. */
  key: string
}

export interface TilePicturesOptions<Member> {
  drawTiles(block: DrawnBlock<Member>, signal?: AbortSignal): Promise<Buffer[]>
  /** Work under way by key, done once for all who want it. */
  making: {
    join(
      key: string,
      signal: AbortSignal | undefined,
      begin: (controller: AbortController) => Promise<Buffer[]>
    ): Promise<Buffer[]>
  }
  /** Memory for finished tiles; 0: none is kept. */
  cacheBytes: number
}

interface KeptPicture {
  version: string
  bytes: Buffer
}

/** What an entry takes besides its bytes. */
const OVERHEAD = 300

/** Raster tiles: drawn by blocks, kept up to so many bytes, each in the version that was made last. */
export class TilePictures<Member> {
  readonly #options: TilePicturesOptions<Member>
  readonly #kept: LRUCache<string, KeptPicture> | undefined
  #hits = 0
  #misses = 0

  constructor(options: TilePicturesOptions<Member>) {
    this.#options = options
    const sizeCalculation = ({ bytes }: KeptPicture, address: string) => OVERHEAD + bytes.length + address.length
    this.#kept = options.cacheBytes > 0 ? new LRUCache({ maxSize: options.cacheBytes, sizeCalculation }) : undefined
  }

  key(sheet: TileSheet<Member>, grid: TileGrid, tile: TileId): string {
    return `${sheet.versionOf(blockOf(grid, tile, sheet.pixelRatio))}/${addressOf(sheet, grid, tile)}`
  }

  /** @throws what drawing throws; the signal's reason */
  async get(sheet: TileSheet<Member>, grid: TileGrid, tile: TileId, signal?: AbortSignal): Promise<TilePicture> {
    const block = blockOf(grid, tile, sheet.pixelRatio)
    const version = sheet.versionOf(block)
    const address = addressOf(sheet, grid, tile)
    const key = `${version}/${address}`
    const kept = this.#kept?.get(address)
    if (kept?.version === version) {
      this.#hits++
      return { bytes: kept.bytes, key }
    }
    this.#misses++
    const name = `${version}/${addressOf(sheet, grid, { ...tile, x: block.x, y: block.y })}`
    const drawn = await this.#options.making.join(name, signal, async ({ signal }) => {
      const pictures = await this.#draw(sheet, block, signal)
      for (const [i, each] of tilesOfBlock(block).entries()) {
        this.#kept?.set(addressOf(sheet, grid, each), { version, bytes: pictures[i]! })
      }
      return pictures
    })
    return { bytes: drawn[(tile.y - block.y) * block.columns + tile.x - block.x]!, key }
  }

  stats(): { hits: number; misses: number; tiles: number; bytes: number } {
    const kept = this.#kept
    return { hits: this.#hits, misses: this.#misses, tiles: kept?.size ?? 0, bytes: kept?.calculatedSize ?? 0 }
  }

  #draw({ layers, background, pixelRatio, type }: TileSheet<Member>, block: BlockPlace, signal: AbortSignal) {
    const how = { size: TILE_SIDE, pixelRatio, layers, background, type, margin: BLOCK_MARGIN } as const
    return this.#options.drawTiles({ ...block, ...how }, signal)
  }
}

const addressOf = ({ name }: { name: string }, grid: TileGrid, { z, x, y }: TileId): string =>
  `${name}/${grid.id}/${z}/${x}/${y}`
