import { createHash } from 'node:crypto'
import type { ProblemDetail, Text } from '../lib/errors.ts'
import type { Layer, StyleLayer } from './layer.ts'

/** One of the ways a layer may be drawn. */
export interface NamedStyle {
  /** What it is asked for by: a name it was given over HTTP, or `default` or `original` for what the layer came with. */
  id: string
  title: Text
  style: StyleLayer[]
  isDefault: boolean
  /** A hash of what it draws: it belongs into the key of everything that shows it. */
  version: string
  /** Of one that was sent over HTTP. */
  record?: StyleRecord
}

/** What is known of a style that was sent over HTTP, beside what it draws. */
export interface StyleRecord {
  source: 'maplibre' | 'sld'
  /** What of an SLD was not understood. */
  notes: readonly ProblemDetail[]
  /** How often it was written. */
  revision: number
  updatedBy: string
  updatedAt: string
}

/** Stands for whichever style a layer is drawn in unless another is asked for. */
export const DEFAULT = 'default'
/** Stands for the style that the layer came with, also while another is the default. */
export const ORIGINAL = 'original'

export type Drawable = Pick<Layer, 'style' | 'styles'>

/** The styles of a layer, the default first. The style it came with goes by `default` while it is that. */
export function stylesOf(layer: Drawable): readonly NamedStyle[] {
  return layer.styles ?? ownStyles(layer)
}

/** A style by its id; none, an empty one and `default` stand for the default. */
export function findStyle(layer: Drawable, id?: string): NamedStyle | undefined {
  const styles = stylesOf(layer)
  if (!id || id === DEFAULT) return styles[0]
  const found = styles.find(style => style.id === id)
  return found ?? (id === ORIGINAL ? styles.find(style => style.id === DEFAULT) : undefined)
}

/** A name for what style layers draw; no other content has it. */
export const styleVersion = (style: readonly StyleLayer[]): string =>
  createHash('sha256').update(JSON.stringify(style)).digest('hex').slice(0, 12)

/** The style that a layer came with, as one of several. */
export function originalStyle(style: StyleLayer[], isDefault: boolean): NamedStyle {
  const title = isDefault ? { zh: '默认样式', en: 'Default style' } : { zh: '原有样式', en: 'Original style' }
  return { id: isDefault ? DEFAULT : ORIGINAL, title, style, isDefault, version: styleVersion(style) }
}

function ownStyles(layer: Drawable): readonly NamedStyle[] {
  const known = own.get(layer)
  if (known) return known
  const styles = [originalStyle(layer.style, true)]
  own.set(layer, styles)
  return styles
}

const own = new WeakMap<Drawable, readonly NamedStyle[]>()
