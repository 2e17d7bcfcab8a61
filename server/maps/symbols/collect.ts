import { type DecodedLayer, LINE, POINT } from '../render/decoded-tile.ts'
import { Evaluated } from '../render/evaluate.ts'
import { centerAnchor, lineAnchors } from './anchors.ts'
import type { Candidate, LayerRules } from './candidate.ts'
import { type FeatureSymbol, featureSymbols } from './feature-symbol.ts'
import { layerRules, type Placement, placementOf } from './layer-rules.ts'
import { beginsOnSide, clipLine, type Line, mergeLines } from './lines.ts'
import { type Near, Path } from './path.ts'
import { poleOf, polygonsOf } from './pole.ts'
import type { Box } from './shape-icon.ts'
import type { SpriteIcon, SymbolLayer, SymbolSheet, SymbolTile } from './symbols.ts'

/** MapLibre's tiles are so many pixels wide at their zoom. */
const TILE_PIXELS = 512

/** Farther than this from the picture no label's anchor is looked at, in pixels. */
const REACH = 256

type Icons = Readonly<Record<string, SpriteIcon>>

const NO_ICONS: Icons = {}

/** What a style layer could show in a picture, in the order in which it is to be placed. */
export function collectSymbols({ style, tiles, sprites }: SymbolLayer, sheet: SymbolSheet): Candidate[] {
  const icons = sprites?.icons ?? NO_ICONS
  const evaluated = new Evaluated(style, sheet.zoom, Object.keys(icons))
  if (evaluated.value('visibility') === 'none') return []
  const rules = layerRules(evaluated)
  const placement = placementOf(evaluated)
  const ordered = tiles.toSorted((a, b) => a.z - b.z || a.y - b.y || a.x - b.x)
  const found = ordered.flatMap(tile => {
    const collector = new Collector(evaluated, rules, tile, sheet, icons)
    return placement === 'point' ? collector.points() : collector.lines(placement)
  })
  // Stable: of the same sort key, in the order of the tiles.
  return evaluated.has('symbol-sort-key') ? found.sort((a, b) => a.sortKey - b.sortKey) : found
}

/** More than styles leave free around icons, in pixels. */
const PADDING = 32

/** How far a box reaches from its anchor, however it is turned. */
const reachOf = ({ left, top, right, bottom }: Box, scale: number): number =>
  scale * (Math.max(Math.abs(left), Math.abs(right)) + Math.max(Math.abs(top), Math.abs(bottom)))

/** How MapLibre draws a tile. Where texts stand along lines depends on it alone, so that they stay when one zooms in. */
interface Growth {
  /** Pixels a pixel of the whole zoom is wide: 1 to 2. */
  grown: number
  /** How many tiles of the picture's zoom lie side by side in the tile. */
  repeated: number
}

interface LineItem {
  line: Line
  symbol: FeatureSymbol
}

/** Collects the symbols of one tile. */
class Collector {
  readonly #evaluated: Evaluated
  readonly #rules: LayerRules
  readonly #tile: SymbolTile
  readonly #layer: DecodedLayer
  readonly #sheet: SymbolSheet
  readonly #near: Near
  /** What a symbol may reach beyond its box, in pixels. */
  readonly #slack: number
  readonly #symbolOf: (feature: number) => FeatureSymbol | null
  readonly #found: Candidate[] = []
  readonly #growth: Growth
  #box: Candidate['tileBox'] = null

  constructor(evaluated: Evaluated, rules: LayerRules, tile: SymbolTile, sheet: SymbolSheet, icons: Icons) {
    this.#evaluated = evaluated
    this.#rules = rules
    this.#tile = tile
    this.#layer = tile.layer
    this.#sheet = sheet
    const reach = sheet.margin + REACH
    this.#near = [-reach, -reach, sheet.width + reach, sheet.height + reach]
    const moved = [...rules.textTranslate, ...rules.iconTranslate].map(Math.abs)
    this.#slack = PADDING + rules.textPadding + Math.max(...moved)
    this.#growth = this.#growthOf()
    this.#symbolOf = featureSymbols(evaluated, tile.layer, icons)
    if (rules.avoidEdges && tile.hasNeighbours) this.#box = this.#tileBox()
  }

  /** A symbol at each point, where a line begins, and in the middle of each area. */
  points(): Candidate[] {
    const { type, partStart, vertexStart, xy } = this.#layer
    let places: Float64Array | undefined
    for (const feature of this.#features()) {
      if (type[feature] !== POINT) {
        this.#inShape(feature, type[feature]!)
        continue
      }
      // There may be very many points, and few of them in the picture.
      places ??= this.#project(xy)
      for (let v = vertexStart[partStart[feature]!]!; v < vertexStart[partStart[feature + 1]!]!; v++) {
        const [x, y] = [places[2 * v]!, places[2 * v + 1]!]
        if (!this.#isNear(x, y) || this.#isOthers(xy[2 * v]!, xy[2 * v + 1]!)) continue
        const symbol = this.#symbolOf(feature)
        if (!symbol) break
        if (this.#isSeen(symbol, x, y)) this.#add(symbol, x, y, 0, null, null)
      }
    }
    return this.#found
  }

  /** A line's or area's symbol; it lies in other tiles too, but is named once. */
  #inShape(feature: number, type: number): void {
    for (const [x, y] of this.#placesOf(feature, type)) {
      if (this.#isOthers(x, y)) continue
      const [px, py] = this.#project([x, y]) as unknown as [number, number]
      if (!this.#isNear(px, py)) continue
      const symbol = this.#symbolOf(feature)
      if (!symbol) return
      if (this.#isSeen(symbol, px, py)) this.#add(symbol, px, py, 0, null, this.#nameOf(feature, symbol))
    }
  }

  /** Whether a symbol at a place reaches into the picture or its margin. */
  #isSeen({ text, icon }: FeatureSymbol, x: number, y: number): boolean {
    let reach = icon ? reachOf(icon.shape, 1) : 0
    for (const { shape, offset } of text?.choices ?? [])
      reach = Math.max(reach, reachOf(shape, text!.size) + Math.abs(offset[0]) + Math.abs(offset[1]))
    const { width, height, margin } = this.#sheet
    const far = margin + reach + this.#slack
    return x > -far && y > -far && x < width + far && y < height + far
  }

  /** Symbols along lines and the rings of areas. */
  lines(placement: Exclude<Placement, 'point'>): Candidate[] {
    const items: LineItem[] = []
    const isCut = this.#tile.hasNeighbours && placement === 'line'
    for (const feature of this.#features()) {
      if (this.#layer.type[feature] === POINT) continue
      const symbol = this.#symbolOf(feature)
      if (!symbol) continue
      for (const line of this.#partsOf(feature, true))
        for (const piece of isCut ? clipLine(line, this.#layer.extent) : [line]) items.push({ line: piece, symbol })
    }
    const isSorted = this.#evaluated.has('symbol-sort-key')
    const merged = placement === 'line' && !isSorted ? mergeLines(items, ({ symbol }) => symbol.name) : items
    for (const item of merged) this.#alongLine(item, placement)
    return this.#found
  }

  #alongLine({ line, symbol }: LineItem, placement: Placement): void {
    const path = new Path(this.#project(line))
    const { text, icon } = symbol
    const shape = text ? text.choices[0]!.shape : null
    const { grown, repeated } = this.#growth
    const size = symbol.largest * grown
    const label = {
      spacing: this.#evaluated.value<number>('symbol-spacing') * grown,
      length: Math.max(
        shape ? (shape.right - shape.left) * size : 0,
        icon ? (icon.shape.right - icon.shape.left) * grown : 0
      ),
      size,
      maxAngle: (this.#evaluated.value<number>('text-max-angle') * Math.PI) / 180,
      hasText: text !== null,
      repeated
    }
    const isContinued = this.#tile.hasNeighbours && beginsOnSide(line, this.#layer.extent)
    const anchors = placement === 'line' ? lineAnchors(path, label, isContinued, this.#near) : centerAnchor(path, label)
    for (const distance of anchors) {
      const [x, y] = path.at(distance)
      if (!this.#isNear(x, y)) continue
      this.#add(symbol, x, y, path.angleAt(distance), { path, distance }, null)
    }
  }

  #add(
    symbol: FeatureSymbol,
    x: number,
    y: number,
    angle: number,
    along: { path: Path; distance: number } | null,
    once: string | null
  ): void {
    const { text, icon, turnsText, turnsIcon, sortKey } = symbol
    this.#found.push({
      rules: this.#rules,
      x,
      y,
      once,
      sortKey,
      text: text && { ...text, along: turnsText ? along : null },
      icon: icon && turnsIcon ? { ...icon, rotation: icon.rotation + this.#upright(angle) } : icon,
      tileBox: this.#box
    })
  }

  #upright(angle: number): number {
    return this.#rules.iconKeepUpright && Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle
  }

  #features(): Uint32Array {
    return this.#evaluated.select(this.#layer, 'symbol-sort-key')
  }

  *#placesOf(feature: number, type: number): Generator<readonly [number, number]> {
    if (type === LINE) {
      for (const part of this.#partsOf(feature, false)) yield [part[0]!, part[1]!]
    } else {
      const polygons = polygonsOf([...this.#partsOf(feature, false)])
      for (const rings of polygons) yield poleOf(rings)
    }
  }

  /** Lines, with the rings of areas closed. */
  *#partsOf(feature: number, isClosed: boolean): Generator<number[]> {
    const { partStart, vertexStart, xy, type } = this.#layer
    for (let part = partStart[feature]!; part < partStart[feature + 1]!; part++) {
      const line = Array.from(xy.subarray(2 * vertexStart[part]!, 2 * vertexStart[part + 1]!))
      if (line.length === 0) continue
      if (isClosed && type[feature] !== LINE) line.push(line[0]!, line[1]!)
      if (!isClosed || line.length >= 4) yield line
    }
  }

  /** Whether a place of the tile is another tile's to label. */
  #isOthers(x: number, y: number): boolean {
    const { extent } = this.#layer
    return this.#tile.hasNeighbours && (x < 0 || y < 0 || x >= extent || y >= extent)
  }

  #isNear(x: number, y: number): boolean {
    const [left, top, right, bottom] = this.#near
    return x > left && y > top && x < right && y < bottom
  }

  #project(line: ArrayLike<number>): Float64Array {
    const out = new Float64Array(line.length)
    this.#tile.place.toPicture(line, 0, line.length / 2, this.#layer.extent, out)
    const { pixelRatio } = this.#sheet
    if (pixelRatio !== 1) for (let i = 0; i < out.length; i++) out[i]! /= pixelRatio
    return out
  }

  #nameOf(feature: number, { name }: FeatureSymbol): string | null {
    const id = this.#layer.id[feature]!
    return Number.isNaN(id) ? null : `${id} ${name}`
  }

  #growthOf(): Growth {
    const { zoom } = this.#sheet
    const grown = 2 ** (zoom - Math.floor(zoom + 1e-6))
    if (!this.#tile.hasNeighbours) return { grown, repeated: 1 }
    const [ax = 0, ay = 0, bx = 0, by = 0] = this.#project([0, 0, this.#layer.extent, 0])
    return { grown, repeated: Math.max(1, Math.round(Math.hypot(bx - ax, by - ay) / (TILE_PIXELS * grown))) }
  }

  #tileBox(): [number, number, number, number] {
    const { extent } = this.#layer
    const corners = this.#project([0, 0, extent, 0, extent, extent, 0, extent])
    const xs = corners.filter((_, i) => i % 2 === 0)
    const ys = corners.filter((_, i) => i % 2 === 1)
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  }
}
