import type { TileId } from '../../lib/tile-id.ts'
import type { TileGrid } from '../../lib/tile-matrix.ts'
import { BUFFER, EXTENT } from '../scheme.ts'
import type { Columns } from './columns.ts'
import { degreesY, fromDegreesY } from './projection.ts'

/** A tile as it lies on the world, whatever columns are cut. */
export interface TileFrame {
  /** The zoom of WebMercatorQuad with tiles of the same width. */
  level: number
  x: number
  y: number
  /** The grid is of degrees, not of Mercator's projection. */
  degrees: boolean
}

/** What is kept of geometry, in tile units, in both directions. */
export const LOW = -BUFFER
export const HIGH = EXTENT + BUFFER

export const frameOf = (grid: TileGrid, { z, x, y }: TileId): TileFrame => ({
  level: z + grid.zoomOffset,
  x,
  y,
  degrees: grid.srid !== 3857
})

/**
 * The way from columns to a tile: tile units = place × scale + off. All of these are multiples of powers of two, so
 * that tiles beside each other come to the same place of a vertex, to the last bit.
 */
export class Placing {
  readonly scale: number
  readonly offX: number
  readonly #offY: number
  readonly #degrees: boolean
  readonly #originY: number
  readonly #girth: number
  readonly #tiles: number

  constructor({ level, x, y, degrees }: TileFrame, { shift, originX, originY }: Columns) {
    this.scale = 2 ** (level - shift) * EXTENT
    this.offX = originX * this.scale - x * EXTENT
    this.#degrees = degrees
    this.#offY = degrees ? -y * EXTENT : originY * this.scale - y * EXTENT
    this.#originY = originY
    this.#girth = 2 ** shift
    this.#tiles = 2 ** level * EXTENT
  }

  /** Tile units to the south of the tile's northern edge. */
  y(place: number): number {
    if (!this.#degrees) return place * this.scale + this.#offY
    return degreesY((place + this.#originY) / this.#girth) * this.#tiles + this.#offY
  }

  /** @param unit in tile units, x */
  columnX(unit: number): number {
    return (unit - this.offX) / this.scale
  }

  columnY(unit: number): number {
    if (!this.#degrees) return (unit - this.#offY) / this.scale
    return fromDegreesY((unit - this.#offY) / this.#tiles) * this.#girth - this.#originY
  }

  /** How much shorter a north-south stretch in the middle of the tile is than on Mercator's projection. */
  get squeeze(): number {
    const [north, south] = [this.columnY(0), this.columnY(EXTENT)]
    return this.#degrees ? EXTENT / ((south - north) * this.scale) : 1
  }
}
