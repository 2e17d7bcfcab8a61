import type { Canvas, Image } from '@napi-rs/canvas'
import type { StyleLayer } from '../../catalog/layer.ts'
import type { DecodedLayer } from '../render/decoded-tile.ts'
import type { TilePlace } from '../render/place.ts'

/** The picture that symbols are placed in. */
export interface SymbolSheet {
  /** In CSS pixels; the picture has `pixelRatio` times as many. */
  width: number
  height: number
  pixelRatio: number
  /** MapLibre's zoom, its fraction included. */
  zoom: number
  /** CSS pixels around the picture in which symbols are placed too. */
  margin: number
  /** A text that would be cut at the picture's edge is left out, or stands where it is whole. */
  wholeTexts?: boolean
}

/** A symbol layer of a style, with the tiles it is drawn from. */
export interface SymbolLayer {
  style: StyleLayer
  tiles: readonly SymbolTile[]
  /** Where its icons are taken from; null: there are none. */
  sprites: SpriteSheet | null
}

export interface SymbolTile {
  place: TilePlace
  layer: DecodedLayer
  /** Level, column and row: in every picture symbols are placed in the order of tiles. */
  z: number
  x: number
  y: number
  /** Whether what lies beyond the tile's side is another tile's to label. */
  hasNeighbours: boolean
}

/** A sheet of icons with its index, as `/sprites/icons@2x.json` has it. */
export interface SpriteSheet {
  icons: Readonly<Record<string, SpriteIcon>>
  image: Image | Canvas
}

/** Where an icon lies in its sheet, in the sheet's pixels. */
export interface SpriteIcon {
  x: number
  y: number
  width: number
  height: number
  pixelRatio: number
}
