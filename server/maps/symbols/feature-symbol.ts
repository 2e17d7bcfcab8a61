import { type Color, Formatted, type ResolvedImage } from '@maplibre/maplibre-gl-style-spec'
import type { DecodedLayer } from '../render/decoded-tile.ts'
import { Evaluated } from '../render/evaluate.ts'
import type { CandidateIcon, CandidateText, TextChoice, TextPaint } from './candidate.ts'
import { canvasColor } from './canvas-color.ts'
import { placementOf } from './layer-rules.ts'
import { fitToText, type ShapedIcon, shapeIcon } from './shape-icon.ts'
import { type Justify, textShaper } from './shape-text.ts'
import type { SpriteIcon } from './symbols.ts'
import { textAnchors } from './text-anchors.ts'

/** What a feature is labelled with, wherever that comes to stand. */
export interface FeatureSymbol {
  /** The text and the icon's name. */
  name: string
  text: Omit<CandidateText, 'along'> | null
  icon: CandidateIcon | null
  /** Whether text and icon are turned as the line runs. */
  turnsText: boolean
  turnsIcon: boolean
  sortKey: number
  /** The text size at a deep zoom, by which texts are set apart along lines. */
  largest: number
}

/** Why MapLibre does not draw a wider halo: a glyph's distance field ends there, a quarter of an em away. */
const WIDEST_HALO = 0.25

/** Pixels an em has at most, as MapLibre has it, and how much an icon is enlarged at most. */
const LARGEST = 255
const LARGEST_ICON = 20

/** MapLibre's choice. */
const SIZING_ZOOM = 18

const DEGREE = Math.PI / 180

type Icons = Readonly<Record<string, SpriteIcon>>

/** Reads a style layer for the features of a tile's layer: null is for a feature without text and icon. */
export function featureSymbols(evaluated: Evaluated, layer: DecodedLayer, icons: Icons) {
  const of = <T>(name: string) => evaluated.of<T>(name, layer)
  const isOnLine = placementOf(evaluated) !== 'point'
  const turns = (alignment: string) => isOnLine && alignment !== 'viewport'
  const [textAlignment, iconAlignment] = [of<string>('text-rotation-alignment'), of<string>('icon-rotation-alignment')]
  const sortKey = of<number | undefined>('symbol-sort-key')
  const largestOf = isOnLine && new Evaluated(evaluated.style, SIZING_ZOOM, []).of<number>('text-size', layer)
  const textOf = evaluated.has('text-field') ? textReader(evaluated, layer, isOnLine, turns, icons) : () => null
  const iconOf = evaluated.has('icon-image') ? iconReader(evaluated, layer, icons) : () => null
  const fit = evaluated.value<string>('icon-text-fit')
  const fitPadding = evaluated.value<[number, number, number, number]>('icon-text-fit-padding')
  const iconOffset = of<[number, number]>('icon-offset')

  return (feature: number): FeatureSymbol | null => {
    let text = textOf(feature)
    const found = iconOf(feature)
    if (!text && !found) return null
    let icon = found?.icon ?? null
    if (text && icon && fit !== 'none') {
      const { size } = text
      const base = icon.shape
      const choices = text.choices.map((choice): TextChoice => {
        const box = {
          left: choice.shape.left,
          top: choice.shape.top,
          right: choice.shape.right,
          bottom: choice.shape.bottom
        }
        const [dx, dy] = choice.offset
        const inPixels = {
          left: box.left * size + dx,
          right: box.right * size + dx,
          top: box.top * size + dy,
          bottom: box.bottom * size + dy
        }
        return { ...choice, icon: fitToText(base, inPixels, fit, fitPadding, iconOffset(feature)) }
      })
      text = { ...text, choices }
      icon = { ...icon, shape: choices[0]!.icon! }
    }
    return {
      name: `${text ? text.choices[0]!.shape.text : ''} ${found?.name ?? ''}`,
      text,
      icon,
      turnsText: turns(textAlignment(feature)),
      turnsIcon: turns(iconAlignment(feature)),
      sortKey: sortKey(feature) ?? 0,
      largest: text && largestOf ? largestOf(feature) : 0
    }
  }
}

type TextReader = (feature: number) => Omit<CandidateText, 'along'> | null

function textReader(
  evaluated: Evaluated,
  layer: DecodedLayer,
  isOnLine: boolean,
  turns: (alignment: string) => boolean,
  icons: Icons
): TextReader {
  const of = <T>(name: string) => evaluated.of<T>(name, layer)
  const value = of<Formatted | string>('text-field')
  const size = of<number>('text-size')
  const font = of<string[]>('text-font')
  const maxWidth = of<number>('text-max-width')
  const lineHeight = evaluated.value<number>('text-line-height')
  const letterSpacing = of<number>('text-letter-spacing')
  const justify = of<Justify | 'auto'>('text-justify')
  const transform = of<string>('text-transform')
  const rotate = of<number>('text-rotate')
  const alignment = of<string>('text-rotation-alignment')
  const anchors = textAnchors(evaluated, layer)
  const paint = paintReader(evaluated, layer)

  const shaperOf = lastOnes(
    (names: string[], width: number, spacing: number, anchor: string, side: Justify, change: string, em: number) => {
      const layout = { lineHeight, letterSpacing: spacing, anchor, justify: side, transform: change, size: em }
      return textShaper({ ...layout, fontStack: names.join(','), maxWidth: isOnLine ? Infinity : width }, icons)
    }
  )
  return feature => {
    const field = value(feature)
    const em = Math.min(size(feature), LARGEST)
    const shown = field instanceof Formatted ? field : String(field ?? '')
    if (shown === '' || !(em > 0)) return null
    const asked = turns(alignment(feature)) ? 'center' : justify(feature)
    const choices: TextChoice[] = []
    for (const { anchor, offset } of anchors(feature)) {
      const side = asked === 'auto' ? sideOf(anchor) : asked
      const shaper = shaperOf(
        font(feature),
        maxWidth(feature),
        letterSpacing(feature),
        anchor,
        side,
        transform(feature),
        em
      )
      const shape = shaper(shown)
      if (!shape) return null
      choices.push({ shape, offset: [offset[0] * em, offset[1] * em], icon: null })
    }
    return { choices, size: em, rotation: rotate(feature) * DEGREE, paint: paint(feature, em) }
  }
}

function paintReader(evaluated: Evaluated, layer: DecodedLayer) {
  const of = <T>(name: string) => evaluated.of<T>(name, layer)
  const color = of<Color>('text-color')
  const opacity = of<number>('text-opacity')
  const haloColor = of<Color>('text-halo-color')
  const haloWidth = of<number>('text-halo-width')
  const haloBlur = of<number>('text-halo-blur')
  const paintOf = lastOnes((color: Color, opacity: number, halo: Color, width: number, blur: number, em: number) => ({
    color: canvasColor(color),
    opacity,
    haloColor: canvasColor(halo),
    haloWidth: Math.min(width, em * WIDEST_HALO),
    haloBlur: blur
  }))
  return (feature: number, em: number): TextPaint =>
    paintOf(color(feature), opacity(feature), haloColor(feature), haloWidth(feature), haloBlur(feature), em)
}

/** What was made of the last arguments is given again for the same ones: most features of a layer are alike. */
function lastOnes<Arguments extends unknown[], Made>(make: (...given: Arguments) => Made) {
  let last: { given: Arguments; made: Made } | undefined
  return (...given: Arguments): Made => {
    if (!last?.given.every((one, i) => one === given[i])) last = { given, made: make(...given) }
    return last.made
  }
}

/** Lines of a text that stands to the right of its anchor begin below each other, and so on. */
const sideOf = (anchor: string): Justify =>
  anchor.endsWith('left') ? 'left' : anchor.endsWith('right') ? 'right' : 'center'

function iconReader(evaluated: Evaluated, layer: DecodedLayer, icons: Icons) {
  const of = <T>(name: string) => evaluated.of<T>(name, layer)
  const image = of<ResolvedImage | string | null | undefined>('icon-image')
  const size = of<number>('icon-size')
  const anchor = of<string>('icon-anchor')
  const offset = of<[number, number]>('icon-offset')
  const rotate = of<number>('icon-rotate')
  const padding = of<{ values: [number, number, number, number] }>('icon-padding')
  const opacity = of<number>('icon-opacity')

  return (feature: number): { name: string; icon: CandidateIcon } | null => {
    const found = image(feature)
    const name = typeof found === 'string' ? found : (found?.name ?? '')
    // The index is parsed JSON: `constructor` is no icon.
    const icon = Object.hasOwn(icons, name) ? icons[name] : undefined
    const scale = Math.min(size(feature), LARGEST_ICON)
    if (!icon || !(scale > 0)) return null
    const shape: ShapedIcon = shapeIcon(icon, scale, anchor(feature), offset(feature))
    const candidate = {
      shape,
      rotation: rotate(feature) * DEGREE,
      padding: padding(feature).values,
      opacity: opacity(feature)
    }
    return { name, icon: candidate }
  }
}
