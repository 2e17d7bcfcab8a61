import type { SKRSContext2D } from '@napi-rs/canvas'
import type { TextPaint } from './candidate.ts'
import type { CanvasColor } from './canvas-color.ts'
import { setFont } from './fonts.ts'
import type { Placed, PlacedText } from './place.ts'
import type { ShapedIcon } from './shape-icon.ts'
import type { SpriteIcon, SpriteSheet } from './symbols.ts'

/** Draws one text, or one character, at a place in pixels of the canvas. */
type Draw = (text: string, x: number, y: number, color?: CanvasColor) => void

/** Draws placed symbols of one layer on a canvas. */
export class SymbolPen {
  readonly #context: SKRSContext2D
  readonly #ratio: number
  readonly #sprites: SpriteSheet | null
  /** A canvas takes its time for each setting, the same one too. */
  readonly #settings: Record<string, unknown> = {}
  #origin: readonly [x: number, y: number] = [0, 0]
  #isTurned = false

  constructor(context: SKRSContext2D, ratio: number, sprites: SpriteSheet | null) {
    this.#context = context
    this.#ratio = ratio
    this.#sprites = sprites
    context.lineJoin = 'round'
    context.textBaseline = 'alphabetic'
    context.textAlign = 'left'
    context.imageSmoothingEnabled = true
    context.imageSmoothingQuality = 'high'
    context.setTransform(1, 0, 0, 1, 0, 0)
  }

  icon({ x, y, rules, icon }: Placed): void {
    if (!icon || icon.opacity <= 0) return
    const [dx, dy] = rules.iconTranslate
    this.#set('globalAlpha', Math.min(1, icon.opacity))
    this.#turn(x + dx, y + dy, icon.rotation)
    this.#image(icon.shape)
  }

  text({ x, y, rules, text }: Placed): void {
    if (!text) return
    const [dx, dy] = rules.textTranslate
    if (text.glyphs) this.#along(text, dx, dy)
    else this.#straight(text, x + dx, y + dy)
  }

  #straight({ shape, offset: [dx, dy], size, rotation, paint }: PlacedText, x: number, y: number): void {
    const ratio = this.#ratio
    this.#turn(x, y, rotation)
    const spacing = shape!.letterSpacing * size * ratio
    this.#inLayers(paint, (draw, isHalo) => {
      for (const piece of shape!.pieces) {
        const [left, top] = this.#snap((piece.x * size + dx) * ratio, (piece.y * size + dy) * ratio)
        this.#setFont(piece.font.family, size * piece.scale * ratio)
        this.#setSpacing(spacing)
        if (piece.icon) this.#inlineIcon(piece.icon, left, top, isHalo)
        else draw(piece.text, left, top, piece.color)
      }
    })
  }

  #along({ glyphs, paint }: PlacedText, dx: number, dy: number): void {
    const ratio = this.#ratio
    this.#setSpacing(0)
    this.#inLayers(paint, (draw, isHalo) => {
      for (const glyph of glyphs!) {
        this.#turn(glyph.x + dx, glyph.y + dy, glyph.angle)
        this.#setFont(glyph.font.family, glyph.size * ratio)
        const [left, top] = this.#isTurned ? [0, 0] : this.#origin
        if (glyph.icon) this.#inlineIcon(glyph.icon, left, top + glyph.dy * ratio, isHalo)
        else draw(glyph.character, left + glyph.dx * ratio, top + glyph.dy * ratio, glyph.color)
      }
    })
  }

  /** Draws a text's halo, and above it the text. */
  #inLayers(paint: TextPaint, drawAll: (draw: Draw, isHalo: boolean) => void): void {
    const context = this.#context
    const opacity = Math.min(1, paint.opacity)
    if (opacity <= 0) return
    if (paint.haloColor && paint.haloWidth > 0) {
      this.#set('strokeStyle', paint.haloColor)
      for (const [width, share] of strokes(paint)) {
        this.#set('lineWidth', 2 * width * this.#ratio)
        this.#set('globalAlpha', opacity * share)
        drawAll((text, x, y) => context.strokeText(text, x, y), true)
      }
    }
    this.#set('globalAlpha', opacity)
    drawAll((text, x, y, own) => {
      const color = own === undefined ? paint.color : own
      if (!color) return
      this.#set('fillStyle', color)
      context.fillText(text, x, y)
    }, false)
  }

  /** x and y are CSS pixels of the picture, and the origin of what is drawn next. */
  #turn(x: number, y: number, angle: number): void {
    this.#origin = [x * this.#ratio, y * this.#ratio]
    if (angle === 0 && !this.#isTurned) return
    this.#isTurned = angle !== 0
    if (this.#isTurned) {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      this.#context.setTransform(cos, sin, -sin, cos, ...this.#origin)
    } else this.#context.setTransform(1, 0, 0, 1, 0, 0)
  }

  /**
   * From the origin to where something is drawn: what stands straight begins on whole pixels, so that it is sharp and
   * looks the same wherever its picture begins.
   */
  #snap(x: number, y: number): readonly [number, number] {
    if (this.#isTurned) return [x, y]
    // A little more than half, so that rounding errors do not decide.
    return [Math.floor(this.#origin[0] + x + 0.501), Math.floor(this.#origin[1] + y + 0.501)]
  }

  #set(
    name: 'globalAlpha' | 'lineWidth' | 'strokeStyle' | 'fillStyle' | 'letterSpacing',
    value: number | string
  ): void {
    if (this.#settings[name] === value) return
    this.#settings[name] = value
    Object.assign(this.#context, { [name]: value })
  }

  #setSpacing(pixels: number): void {
    this.#set('letterSpacing', `${pixels}px`)
  }

  #setFont(family: string, size: number): void {
    const font = `${size} ${family}`
    if (this.#settings['font'] === font) return
    this.#settings['font'] = font
    setFont(this.#context, family, size)
  }

  #image({ icon, left, top, right, bottom }: ShapedIcon): void {
    const ratio = this.#ratio
    const [x, y] = this.#snap(left * ratio, top * ratio)
    this.#drawIcon(icon, x, y, (right - left) * ratio, (bottom - top) * ratio)
  }

  /** An icon within a text, by its middle. */
  #inlineIcon(icon: SpriteIcon, x: number, y: number, isHalo: boolean): void {
    if (isHalo) return
    const [width, height] = [icon.width, icon.height].map(side => (side / icon.pixelRatio) * this.#ratio) as [
      number,
      number
    ]
    this.#drawIcon(icon, x - width / 2, y - height / 2, width, height)
  }

  #drawIcon(icon: SpriteIcon, x: number, y: number, width: number, height: number): void {
    this.#context.drawImage(this.#sprites!.image, icon.x, icon.y, icon.width, icon.height, x, y, width, height)
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
