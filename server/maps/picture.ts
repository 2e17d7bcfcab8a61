import type { FeatureCollection } from 'geojson'
import type { StyleLayer } from '../catalog/layer.ts'
import type { PictureCrs } from '../lib/picture-crs.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'

/** Which part of the Earth a picture shows, and how large it is. */
export interface PictureFrame {
  crs: PictureCrs
  /** minx, miny, maxx, maxy in units of the CRS; x is always the east and y the north. */
  box: readonly [number, number, number, number]
  /** In CSS pixels: the finished picture has `pixelRatio` times as many. */
  width: number
  height: number
  /** 1, or 2 for `@2x`; lines, text and icons grow with it. */
  pixelRatio: number
}

/** What a picture draws of one layer; pictures are drawn from the first of a list to the last, symbols above all. */
export interface PictureLayer<Member> {
  /** MapLibre style layers as a layer's style has them, without `source`. */
  style: readonly StyleLayer[]
  /** The sheet its icons and patterns are of; default: `icons`. */
  sheet?: 'icons' | 'icons-grey'
  /** Tiles, which `Member` names to whoever gets them: vectors or pictures; or features in degrees, longitude first. */
  source: TiledFeatures<Member> | TiledPictures<Member> | { kind: 'features'; features: FeatureCollection }
}

interface Tiled<Member> {
  member: Member
  /** Zooms there are tiles of, in levels of WebMercatorQuad; deeper pictures are drawn from the last. */
  zooms: { min: number; max: number }
  /** The grids it has tiles in: all of them but for archives. */
  grids: readonly TileGrid[]
}

export interface TiledFeatures<Member> extends Tiled<Member> {
  kind: 'tiles'
}

/** Tiles that are pictures (PNG, JPEG, WebP), for style layers of type `raster`. */
export interface TiledPictures<Member> extends Tiled<Member> {
  kind: 'pictures'
  /** Pixels along the side of a tile. */
  side: number
}

export const PICTURE_TYPES = ['image/png', 'image/png; mode=8bit', 'image/jpeg', 'image/webp'] as const
/** `image/png; mode=8bit`: of at most 256 colours. */
export type PictureType = (typeof PICTURE_TYPES)[number]

export interface Picture<Member> {
  frame: PictureFrame
  layers: readonly PictureLayer<Member>[]
  /** A CSS colour behind everything; null: transparent (white where the type knows no transparency). */
  background: string | null
  type: PictureType
  /**
   * Pixels around the frame that labels are placed in too, so that a label at the edge is the same in the picture
   * beside it; default 0.
   */
  margin?: number
  /** No text is cut at the frame's edge: of a picture that stands alone. */
  wholeTexts?: boolean
}
