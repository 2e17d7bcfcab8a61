import type { FeatureCollection } from 'geojson'
import type { StyleLayer } from '../../catalog/layer.ts'
import type { ThreadAnswer } from '../../lib/asked-thread.ts'
import type { TileId } from '../../lib/tile-id.ts'
import type { PictureFrame, PictureType } from '../picture.ts'
import type { SheetFiles } from './sheets.ts'

/** A picture as a thread is told to draw it: styles, sheets and tiles by their names. */
export interface DrawOrder {
  frame: PictureFrame
  layers: readonly OrderLayer[]
  background: string | null
  type: PictureType
  /** CSS pixels around the frame. */
  margin: number
  /** No text is cut at the frame's edge. */
  wholeTexts: boolean
  /** Into how many files side by side and above each other it is cut. */
  columns: number
  rows: number
}

export interface OrderLayer {
  style: string
  /** null: its style names no icons. */
  sheet: string | null
  source:
    | { kind: 'tiles'; grid: string; tiles: readonly OrderedTile[] }
    | OrderedPictures
    | { kind: 'features'; features: FeatureCollection }
}

export type OrderedTile = TileId & { key: string }

/** Pictures that fill a rectangle, row by row. */
export interface OrderedPictures {
  kind: 'pictures'
  grid: string
  /** Pixels along the side of each. */
  side: number
  tiles: readonly OrderedTile[]
}

/** The tiles of a picture. */
export const tilesOf = ({ layers }: Pick<DrawOrder, 'layers'>): OrderedTile[] =>
  layers.flatMap(({ source }) => (source.kind === 'features' ? [] : source.tiles))

export interface RenderAsk {
  ask: number
  order: DrawOrder
  /** The styles it has are to be forgotten first. */
  forget: boolean
  /** What the order names and the thread does not have. */
  styles: [name: string, style: readonly StyleLayer[]][]
  sheets: [name: string, files: SheetFiles][]
  /** Vector tiles, plain or gzip, and pictures; null: empty. */
  tiles: [key: string, bytes: Uint8Array | null][]
}

export interface RenderAnswer extends ThreadAnswer {
  /** The finished files, row by row. */
  files?: Uint8Array<ArrayBuffer>[]
  /** Tiles that are to be sent along: nothing was drawn. */
  missing?: string[]
  /** Tiles the thread has given up. */
  dropped: string[]
}
