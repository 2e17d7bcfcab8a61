import type { Candidate, CandidateIcon, CandidateText, LayerRules, TextChoice, TextPaint } from './candidate.ts'
import { CollisionGrid, type Overlap } from './collision-grid.ts'
import { type Box, type ShapedIcon, turned } from './shape-icon.ts'
import type { ShapedText } from './shape-text.ts'
import type { SymbolSheet } from './symbols.ts'
import { type PlacedGlyph, writeAlong } from './write-along.ts'
import { readsDown, writeDown } from './write-down.ts'

/** A symbol that is drawn. */
export interface Placed {
  x: number
  y: number
  rules: LayerRules
  text: PlacedText | null
  icon: { shape: ShapedIcon; rotation: number; opacity: number } | null
}

export interface PlacedText {
  paint: TextPaint
  size: number
  rotation: number
  /** A text that stands straight, and how far it is moved. */
  shape: ShapedText | null
  offset: readonly [number, number]
  /** A text along a line. */
  glyphs: readonly PlacedGlyph[] | null
}

interface TextTry extends PlacedText {
  boxes: readonly Box[]
  icon: ShapedIcon | null
}

/** Along a line characters take a square each, of this share of their size. */
const GLYPH_SHARE = 0.5

/**
 * Chooses what is drawn: no symbol covers another, unless their layers allow it. The layers at the top choose first,
 * in a layer the candidates in their order. What lies outside the picture and its margin is left out.
 * @param layers candidates from the lowest layer to the top one
 * @returns by layer, likewise, in the order of drawing
 */
export function placeSymbols(layers: readonly (readonly Candidate[])[], sheet: SymbolSheet): Placed[][] {
  const { width, height, margin, wholeTexts } = sheet
  const area = { left: -margin, top: -margin, right: width + margin, bottom: height + margin }
  const room: Room = { grid: new CollisionGrid(area), area, frame: wholeTexts ? [0, 0, width, height] : null }
  const placed: Placed[][] = layers.map(() => [])
  for (let i = layers.length - 1; i >= 0; i--) placed[i] = placeLayer(layers[i]!, room)
  return placed
}

/** Where symbols may stand: beside those that are placed, somewhere in the area, texts wholly in the frame. */
interface Room {
  grid: CollisionGrid
  area: Box
  frame: readonly [left: number, top: number, right: number, bottom: number] | null
}

function placeLayer(candidates: readonly Candidate[], room: Room): Placed[] {
  const placed: Placed[] = []
  const named = new Set<string>()
  const repeats = new Map<string, [number, number][]>()
  for (const candidate of candidates) {
    const { once, x, y, rules, text } = candidate
    if (once !== null && named.has(once)) continue
    const words = text && rules.repeatDistance > 0 ? text.choices[0]!.shape.text : null
    const others = words === null ? [] : (repeats.get(words) ?? [])
    if (others.some(other => Math.hypot(other[0] - x, other[1] - y) < rules.repeatDistance)) continue
    const found = placeOne(candidate, room)
    if (!found) continue
    placed.push(found)
    if (once !== null) named.add(once)
    if (words !== null) repeats.set(words, [...others, [x, y]])
  }
  if (candidates[0]?.rules.zOrder === 'viewport-y') placed.sort((a, b) => a.y - b.y)
  return placed
}

function placeOne(candidate: Candidate, { grid, area, frame }: Room): Placed | null {
  const { rules, x, y, text, icon, tileBox } = candidate
  const fits = (boxes: readonly Box[], overlap: Overlap) =>
    boxes.some(box => touches(box, area)) &&
    (!tileBox || boxes.every(box => liesIn(box, tileBox))) &&
    boxes.every(box => grid.isFree(box, overlap))
  const iconBox = (shape: ShapedIcon, of: CandidateIcon) => [iconBoxOf(shape, of, x, y, rules)]
  const fitted = (choice: TextTry): boolean =>
    !choice.icon || !icon || fits(iconBox(choice.icon, icon), rules.iconOverlap)

  let chosen: TextTry | null = null
  let isCut = false
  if (text) {
    const all = triesOf(candidate, text)
    const tries = frame ? all.filter(({ boxes }) => boxes.every(box => liesIn(box, frame))) : all
    isCut = all.length > 0 && tries.length === 0
    chosen = tries.find(one => fits(one.boxes, all.length > 1 ? 'never' : rules.textOverlap) && fitted(one)) ?? null
    if (!chosen && all.length > 1 && rules.textOverlap !== 'never')
      chosen = tries.find(one => fits(one.boxes, rules.textOverlap)) ?? null
  }
  const iconShape = icon && (chosen?.icon ?? icon.shape)
  let isIconPlaced = icon !== null && fits(iconBox(iconShape!, icon), rules.iconOverlap)
  let isTextPlaced = chosen !== null
  // One of a pair stands alone only where the other is optional.
  // An icon at the edge says where something lies, without its text, too, unless it is the ground of that.
  const standsAlone = isCut && text!.choices.every(({ icon }) => icon === null)
  const needsText = text !== null && !rules.textOptional && !standsAlone
  const needsIcon = icon !== null && !rules.iconOptional
  if (needsText && needsIcon) isIconPlaced = isTextPlaced = isIconPlaced && isTextPlaced
  else if (needsIcon) isTextPlaced &&= isIconPlaced
  else if (needsText) isIconPlaced &&= isTextPlaced
  if (!isTextPlaced && !isIconPlaced) return null
  if (isTextPlaced && !rules.textIgnored) for (const box of chosen!.boxes) grid.take(box, rules.textOverlap)
  if (isIconPlaced && !rules.iconIgnored)
    for (const box of iconBox(iconShape!, icon!)) grid.take(box, rules.iconOverlap)
  return {
    x,
    y,
    rules,
    text: isTextPlaced ? chosen : null,
    icon: isIconPlaced ? { shape: iconShape!, rotation: icon!.rotation, opacity: icon!.opacity } : null
  }
}

function triesOf({ x, y, rules }: Candidate, text: CandidateText): TextTry[] {
  const { paint, size, rotation, along } = text
  const inGlyphs = (choice: TextChoice, glyphs: readonly PlacedGlyph[]): TextTry => {
    const boxes = glyphs.map(glyph => glyphBox(glyph, rules))
    return { paint, size, rotation: 0, shape: null, offset: choice.offset, glyphs, boxes, icon: choice.icon }
  }
  const modes = along ? ONE_MODE : modesOf(text, rules)
  const tries = modes.flatMap(mode => text.choices.map(choice => ({ mode, choice })))
  return tries.flatMap(({ mode, choice }): TextTry[] => {
    const { shape, offset, icon } = choice
    if (mode === 'vertical') return [inGlyphs(choice, writeDown(choice, text, x, y))]
    if (!along) {
      const boxes = [textBox(choice, text, x, y, rules)]
      return [{ paint, size, rotation, shape, offset, glyphs: null, boxes, icon }]
    }
    const glyphs = writeAlong(shape, size, offset, along, rules.keepUpright)
    return glyphs ? [inGlyphs(choice, glyphs)] : []
  })
}

const ONE_MODE = ['horizontal'] as const

/** How a text may be written: across where it has no Chinese characters, or an icon is fitted to it as it stands. */
function modesOf({ choices }: CandidateText, { writingModes }: LayerRules): LayerRules['writingModes'] {
  const [first] = choices
  return first && readsDown(first) && first.icon === null ? writingModes : ONE_MODE
}

function textBox(
  { shape, offset }: TextChoice,
  { size, rotation }: CandidateText,
  x: number,
  y: number,
  rules: LayerRules
): Box {
  const [dx, dy] = offset
  const around = {
    left: shape.left * size + dx,
    top: shape.top * size + dy,
    right: shape.right * size + dx,
    bottom: shape.bottom * size + dy
  }
  const [movedX, movedY] = rules.textTranslate
  const padding = rules.textPadding
  return moved(turned(around, rotation), x + movedX, y + movedY, [padding, padding, padding, padding])
}

function glyphBox(
  { x, y, size, half }: PlacedGlyph,
  { textPadding, textTranslate: [movedX, movedY] }: LayerRules
): Box {
  const reach = Math.max(half, size * GLYPH_SHARE)
  const box = { left: -reach, top: -reach, right: reach, bottom: reach }
  return moved(box, x + movedX, y + movedY, [textPadding, textPadding, textPadding, textPadding])
}

function iconBoxOf(
  shape: ShapedIcon,
  { rotation, padding }: CandidateIcon,
  x: number,
  y: number,
  rules: LayerRules
): Box {
  const [movedX, movedY] = rules.iconTranslate
  return moved(turned(shape, rotation), x + movedX, y + movedY, padding)
}

const moved = (box: Box, x: number, y: number, padding: readonly [number, number, number, number]): Box => ({
  left: box.left + x - padding[3],
  top: box.top + y - padding[0],
  right: box.right + x + padding[1],
  bottom: box.bottom + y + padding[2]
})

const touches = (box: Box, area: Box) =>
  box.left < area.right && box.right > area.left && box.top < area.bottom && box.bottom > area.top

const liesIn = (box: Box, [left, top, right, bottom]: readonly [number, number, number, number]) =>
  box.left >= left && box.top >= top && box.right <= right && box.bottom <= bottom
