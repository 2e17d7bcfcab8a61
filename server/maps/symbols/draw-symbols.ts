import type { SKRSContext2D } from '@napi-rs/canvas'
import type { TextPaint } from './candidate.ts'
import type { CanvasColor } from './canvas-color.ts'
import { collectSymbols } from './collect.ts'
import { setFont } from './fonts.ts'
import { type Placed, type PlacedText, placeSymbols } from './place.ts'
import type { ShapedIcon } from './shape-icon.ts'
import type { SpriteIcon, SpriteSheet, SymbolLayer, SymbolSheet } from './symbols.ts'

const NO_ICONS: SpriteSheet['icons'] = {}

/**
 * Draws all symbols of a picture.
 * @param layers from the lowest to the top one
 * @param context of a canvas as large as the picture, `pixelRatio` counted in; its settings are left changed
 * @returns how many symbols were drawn
 */
export function drawSymbols(
  context: SKRSContext2D,
  layers: readonly SymbolLayer[],
  sheet: SymbolSheet,
  sprites: SpriteSheet | null
): number {
  const candidates = layers.map(layer => collectSymbols(layer, sheet, sprites?.icons ?? NO_ICONS))
  const placed = placeSymbols(candidates, sheet)
  const pen = new SymbolPen(context, sheet.pixelRatio, sprites)
  for (const symbols of placed) {
    for (const symbol of symbols) pen.icon(symbol)
    for (const symbol of symbols) pen.text(symbol)
  }
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.globalAlpha = 1
  return placed.reduce((sum, symbols) => sum + symbols.length, 0)
}

class SymbolPen {
  readonly #context: SKRSContext2D
  readonly #ratio: number
  readonly #sprites: SpriteSheet | null
  #font = ''
  #origin: [x: number, y: number] = [0, 0]

  constructor(context: SKRSContext2D, ratio: number, sprites: SpriteSheet | null) {
    this.#context = context
    this.#ratio = ratio
    this.#sprites = sprites
    context.lineJoin = 'round'
    context.textBaseline = 'alphabetic'
    context.textAlign = 'left'
    context.imageSmoothingEnabled = true
    context.imageSmoothingQuality = 'high'
  }

  icon({ x, y, rules, icon }: Placed): void {
    if (!icon || icon.opacity <= 0) return
    const [dx, dy] = rules.iconTranslate
    this.#context.globalAlpha = Math.min(1, icon.opacity)
    this.#turn(x + dx, y + dy, icon.rotation)
    this.#image(icon.shape, icon.rotation === 0)
  }

  text({ x, y, rules, text }: Placed): void {
    if (!text) return
    const [dx, dy] = rules.textTranslate
    if (text.glyphs) this.#along(text, dx, dy)
    else this.#straight(text, x + dx, y + dy)
  }

  #straight({ shape, offset, size, rotation, paint }: PlacedText, x: number, y: number): void {
    const [dx, dy] = offset
    const ratio = this.#ratio
    this.#turn(x, y, rotation)
    // Straight text begins on whole pixels: it is sharper, and the same wherever its picture begins.
    const snap = (value: number, at: number) => (rotation === 0 ? Math.round(at + value) - at : value)
    const [atX, atY] = [x * ratio, y * ratio]
    const places = shape!.pieces.map(piece => ({
      piece,
      x: snap((piece.x * size + dx) * ratio, atX),
      y: snap((piece.y * size + dy) * ratio, atY)
    }))
    const letterSpacing = shape!.letterSpacing * size * ratio
    this.#inLayers(paint, (draw, isHalo) => {
      for (const place of places) {
        const { piece } = place
        this.#setFont(piece.font.family, size * piece.scale * ratio)
        this.#context.letterSpacing = `${letterSpacing}px`
        if (piece.icon) this.#inlineIcon(piece.icon, place.x, place.y, isHalo)
        else draw(piece.characters.join(''), place.x, place.y, piece.color)
      }
    })
  }

  #along({ glyphs, paint }: PlacedText, dx: number, dy: number): void {
    this.#context.letterSpacing = '0px'
    const ratio = this.#ratio
    this.#inLayers(paint, (draw, isHalo) => {
      for (const glyph of glyphs!) {
        this.#turn(glyph.x + dx, glyph.y + dy, glyph.angle)
        this.#setFont(glyph.font.family, glyph.size * ratio)
        if (glyph.icon) this.#inlineIcon(glyph.icon, 0, glyph.dy * ratio, isHalo)
        else draw(glyph.character, glyph.dx * ratio, glyph.dy * ratio, glyph.color)
      }
    })
  }

  /** Draws a text's halo, and above it the text. */
  #inLayers(
    paint: TextPaint,
    drawAll: (draw: (text: string, x: number, y: number, color?: CanvasColor) => void, isHalo: boolean) => void
  ): void {
    const context = this.#context
    const opacity = Math.min(1, paint.opacity)
    if (opacity <= 0) return
    if (paint.haloColor && paint.haloWidth > 0) {
      context.strokeStyle = paint.haloColor
      for (const [width, share] of strokes(paint)) {
        context.lineWidth = 2 * width * this.#ratio
        context.globalAlpha = opacity * share
        drawAll((text, x, y) => context.strokeText(text, x, y), true)
      }
    }
    context.globalAlpha = opacity
    drawAll((text, x, y, own) => {
      const color = own === undefined ? paint.color : own
      if (!color) return
      context.fillStyle = color
      context.fillText(text, x, y)
    }, false)
  }

  /** x and y are of the picture, and the origin of what is drawn next. */
  #turn(x: number, y: number, angle: number): void {
    const [cos, sin] = angle === 0 ? [1, 0] : [Math.cos(angle), Math.sin(angle)]
    this.#origin = [x * this.#ratio, y * this.#ratio]
    this.#context.setTransform(cos, sin, -sin, cos, ...this.#origin)
  }

  #setFont(family: string, size: number): void {
    const font = `${size} ${family}`
    if (this.#font === font) return
    this.#font = font
    setFont(this.#context, family, size)
  }

  #image({ icon, left, top, right, bottom }: ShapedIcon, isSnapped: boolean): void {
    const ratio = this.#ratio
    const [atX, atY] = this.#origin
    const x = isSnapped ? Math.round(atX + left * ratio) - atX : left * ratio
    const y = isSnapped ? Math.round(atY + top * ratio) - atY : top * ratio
    const [width, height] = [(right - left) * ratio, (bottom - top) * ratio]
    this.#context.drawImage(this.#sprites!.image, icon.x, icon.y, icon.width, icon.height, x, y, width, height)
  }

  /** An icon within a text, by its middle. */
  #inlineIcon(icon: SpriteIcon, x: number, y: number, isHalo: boolean): void {
    if (isHalo) return
    const [width, height] = [icon.width / icon.pixelRatio, icon.height / icon.pixelRatio]
    const [left, top] = [x / this.#ratio - width / 2, y / this.#ratio - height / 2]
    this.#image({ icon, left, top, right: left + width, bottom: top + height }, false)
  }
}

/** Widths of the strokes that make up a halo, and how opaque each is: a blurred one fades from its outside inwards. */
function strokes({ haloWidth: width, haloBlur: blur }: TextPaint): (readonly [width: number, share: number])[] {
  if (blur <= 0) return [[width, 1]]
  const steps = [
    [width + blur / 2, 0.2],
    [width, 0.375],
    [width - blur / 2, 1]
  ] as const
  return steps.filter(([width]) => width > 0)
}
