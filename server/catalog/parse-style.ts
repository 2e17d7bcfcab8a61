import type { Text } from '../lib/errors.ts'
import type { StyleLayer } from './layer.ts'
import { styleUnreadable } from './style-problems.ts'

/** How deep a style may be nested, and how many style layers it may have. */
export const STYLE_LIMITS = { depth: 48, layers: 200 }

export interface ParsedStyle {
  /** Not checked yet. */
  style: unknown[]
  title?: Text
}

/**
 * Reads style layers as JSON: an array of them, what this server answers of a style, or a whole MapLibre style. Of the
 * last those of the layer's source are taken (of all sources where none goes by the layer's id), without `source`.
 * @throws STYLE_UNREADABLE
 */
export function parseStyle(layerId: string, text: string): ParsedStyle {
  if (depthOf(text) > STYLE_LIMITS.depth)
    throw unreadable(`嵌套超过 ${STYLE_LIMITS.depth} 层`, `it is nested more than ${STYLE_LIMITS.depth} levels deep`)
  const value = parseJson(text)
  const { style, title } = partsOf(layerId, value)
  if (style.length > STYLE_LIMITS.layers)
    throw unreadable(`样式图层超过 ${STYLE_LIMITS.layers} 个`, `it has more than ${STYLE_LIMITS.layers} style layers`)
  return { style, ...(title && { title }) }
}

function partsOf(layerId: string, value: unknown): { style: unknown[]; title?: Text | undefined } {
  if (Array.isArray(value)) return { style: value }
  const { style, layers, title } = (value ?? {}) as Record<string, unknown>
  if (Array.isArray(style)) return { style, title: isText(title) ? title : undefined }
  if (!Array.isArray(layers)) throw unreadable('没有样式图层数组', 'there is no array of style layers in it')
  return { style: ownLayers(layerId, layers as Partial<StyleLayer & { source: string }>[]) }
}

/** The style layers of one layer in a whole style, as they stand in a layer's own style. */
function ownLayers(layerId: string, layers: readonly Partial<StyleLayer & { source: string }>[]): unknown[] {
  const drawn = layers.filter(item => item?.type !== 'background')
  const own = drawn.filter(item => item?.source === layerId)
  return (own.length > 0 ? own : drawn).map(item => {
    if (typeof item !== 'object' || item === null) return item
    const { source: _, ...rest } = item
    return rest
  })
}

const isText = (value: unknown): value is Text =>
  typeof value === 'object' &&
  value !== null &&
  ['zh', 'en'].every(key => isTitle((value as Record<string, unknown>)[key]))

const isTitle = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= 100

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message.slice(0, 120)
    throw unreadable(`不是 JSON：${reason}`, `it is no JSON: ${reason}`)
  }
}

/** How deep brackets are nested, without reading what is in them: whoever reads it recurses. */
function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return deepest
}

const unreadable = (reason: string, reason_en: string) => styleUnreadable({ reason, reason_en })
