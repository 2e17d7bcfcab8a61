import { Color } from '@maplibre/maplibre-gl-style-spec'
import { type Canvas, createCanvas } from '@napi-rs/canvas'
import type { StyleLayer } from '../../catalog/layer.ts'
import { TILE_GRIDS } from '../../lib/tile-matrix.ts'
import type { PictureFrame } from '../picture.ts'
import { drawSymbols } from '../symbols/draw-symbols.ts'
import type { SymbolLayer, SymbolTile } from '../symbols/symbols.ts'
import { decodeFeatures } from './decode-features.ts'
import type { DecodedLayer, DecodedTile } from './decoded-tile.ts'
import { type Desk, MOST_KEPT, type PlacedLayer, placeLayer, setDesk } from './desk.ts'
import { drawCircles } from './draw-circle.ts'
import { drawFill } from './draw-fill.ts'
import { drawHeatmap } from './draw-heatmap.ts'
import { drawLine } from './draw-line.ts'
import { drawRaster } from './draw-raster.ts'
import { Evaluated, solidOf } from './evaluate.ts'
import type { DrawOrder, OrderLayer } from './messages.ts'
import { patternOf } from './patterns.ts'
import { flood, type Pixels } from './pixels.ts'
import type { TilePlace } from './place.ts'
import { patternsOf, type ReadSheet } from './sheets.ts'
import { freePlace, placeOf, scaleOf } from './tile-places.ts'
import { pictureZoom } from './zoom.ts'

/** What an order names. */
export interface Supplies {
  style(name: string): readonly StyleLayer[]
  tile(key: string): DecodedTile
  /** A picture's pixels, as `Pixels.words` has them; none where there is no picture. */
  picture(key: string): Uint32Array
  sheet(layer: OrderLayer): ReadSheet
}

/** A tile, or features that are given as they are, in the picture. */
interface Piece {
  place: TilePlace
  z: number
  x: number
  y: number
  layers: (name: string | undefined) => DecodedLayer | undefined
  hasNeighbours: boolean
}

/** Draws pictures, areas, lines and points of all layers in their order, and above them all symbols. */
export function drawPicture(order: DrawOrder, supplies: Supplies): Pixels {
  const { frame, margin, wholeTexts } = order
  const scale = scaleOf(frame)
  const zoom = pictureZoom(frame)
  const places = new Map<string, TilePlace>()
  const placed = new Map<DecodedLayer, Map<TilePlace, PlacedLayer>>()
  const symbols: SymbolLayer[] = []
  const desk = setDesk(scale.width, scale.height, {
    pixelRatio: frame.pixelRatio,
    images: new Map(),
    origin: [scale.toX(0), scale.toY(0)]
  })
  const paper = order.background === null ? undefined : Color.parse(order.background)
  if (paper) flood(desk.pixels, solidOf(paper, 1))

  for (const layer of order.layers) {
    const icons = supplies.sheet(layer)
    const images = patternsOf(icons, frame.pixelRatio)
    const pieces = piecesOf(layer, frame, supplies, places)
    for (const style of supplies.style(layer.style)) {
      if (!isShown(style, zoom)) continue
      const of = (piece: Piece) => piece.layers(style['source-layer'])
      if (style.type === 'symbol') {
        const tiles = pieces.flatMap((piece): SymbolTile[] => {
          const decoded = of(piece)
          return decoded ? [{ ...piece, layer: decoded }] : []
        })
        if (tiles.length > 0) symbols.push({ style, tiles, sprites: icons })
        continue
      }
      const evaluated = new Evaluated(style, zoom, [...images.keys()])
      if (layer.source.kind === 'pictures') {
        if (style.type === 'raster') drawRaster(desk, evaluated, frame, layer.source, supplies.picture)
        continue
      }
      const layers = pieces.flatMap(piece => {
        const decoded = of(piece)
        return decoded ? [placedOnce(placed, decoded, piece.place)] : []
      })
      drawLayer({ ...desk, images }, evaluated, layers)
    }
  }
  if (symbols.length > 0) {
    layOver(desk.pixels, canvas => {
      const { width, height, pixelRatio } = frame
      return drawSymbols(canvas.getContext('2d'), symbols, { width, height, pixelRatio, zoom, margin, wholeTexts }) > 0
    })
  }
  return desk.pixels
}

/** A style layer is drawn from its minzoom on, up to its maxzoom (which is not included). */
const isShown = ({ minzoom = 0, maxzoom = 99, layout }: StyleLayer, zoom: number): boolean =>
  zoom >= minzoom - 1e-6 && zoom < maxzoom - 1e-6 && layout?.['visibility'] !== 'none'

function drawLayer(desk: Desk, style: Evaluated, layers: readonly PlacedLayer[]): void {
  switch (style.style.type) {
    case 'background':
      drawBackground(desk, style)
      return
    case 'heatmap':
      drawHeatmap(desk, style, layers)
      return
    case 'fill':
      for (const layer of layers) drawFill(desk, style, layer)
      return
    case 'line':
      for (const layer of layers) drawLine(desk, style, layer)
      return
    case 'circle':
      for (const layer of layers) drawCircles(desk, style, layer)
  }
}

function drawBackground(desk: Desk, style: Evaluated): void {
  const opacity = style.value<number>('background-opacity')
  const paint = style.has('background-pattern')
    ? patternOf(desk, String(style.value<unknown>('background-pattern')), opacity)
    : solidOf(style.value<Color>('background-color'), opacity)
  if (paint) flood(desk.pixels, paint)
}

function piecesOf(
  { source }: OrderLayer,
  frame: PictureFrame,
  supplies: Supplies,
  places: Map<string, TilePlace>
): Piece[] {
  if (source.kind === 'pictures') return []
  if (source.kind === 'features') {
    const decoded = decodeFeatures(source.features)
    return [{ place: freePlace(frame), z: 0, x: 0, y: 0, layers: () => decoded, hasNeighbours: false }]
  }
  const grid = TILE_GRIDS.find(({ id }) => id === source.grid)!
  return source.tiles.map(({ z, x, y, key }) => {
    const address = `${grid.id}/${z}/${x}/${y}`
    const place = places.get(address) ?? placeOf(frame, grid, { z, x, y })
    places.set(address, place)
    const tile = supplies.tile(key)
    return { place, z, x, y, layers: name => tile.get(name ?? ''), hasNeighbours: true }
  })
}

/** A layer that several style layers draw is brought to its place once. */
function placedOnce(placed: Map<DecodedLayer, Map<TilePlace, PlacedLayer>>, layer: DecodedLayer, place: TilePlace) {
  const known = placed.get(layer) ?? new Map<TilePlace, PlacedLayer>()
  placed.set(layer, known)
  const found = known.get(place) ?? placeLayer(layer, place)
  known.set(place, found)
  return found
}

/** The canvas of the last picture: most have one size. */
let last: Canvas | undefined

/** Lays over the pixels what is drawn on an empty canvas; nothing where that says that it drew nothing. */
function layOver({ width, height, bytes }: Pixels, draw: (canvas: Canvas) => boolean): void {
  const canvas = last?.width === width && last.height === height ? last : createCanvas(width, height)
  last = width * height > MOST_KEPT ? undefined : canvas
  const context = canvas.getContext('2d')
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, width, height)
  if (!draw(canvas)) return
  // Multiplied by the alpha, as the pixels are.
  const over = canvas.data()
  const words = new Uint32Array(over.buffer, over.byteOffset, over.byteLength / 4)
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (word === 0) continue
    const i = 4 * at
    const rest = 255 - (word >>> 24)
    for (let part = i; part < i + 4; part++) bytes[part] = over[part]! + (bytes[part]! * rest + 127) / 255
  }
}
