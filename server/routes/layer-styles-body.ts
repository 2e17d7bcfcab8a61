import type { Catalog } from '../catalog/catalog.ts'
import { checkStyle } from '../catalog/check-style.ts'
import type { Layer, StyleLayer } from '../catalog/layer.ts'
import type { StyleRecord } from '../catalog/named-styles.ts'
import { parseStyle } from '../catalog/parse-style.ts'
import { styleInvalid, styleUnreadable } from '../catalog/style-problems.ts'
import type { ProblemDetail, Text } from '../lib/errors.ts'
import { decodeXml } from '../maps/sld/decode-xml.ts'
import { readSld } from '../maps/sld/read-sld.ts'

interface SentStyle {
  style: StyleLayer[]
  source: StyleRecord['source']
  title?: Text
  /** What of an SLD was not understood. */
  notes: ProblemDetail[]
}

/**
 * Reads a style from a request's body, whatever its Content-Type says, and checks that the layer can be drawn in it.
 * @throws STYLE_UNREADABLE, STYLE_INVALID, what `parseStyle` and `readSld` throw
 */
export function readSentStyle(layer: Layer, body: Buffer | undefined, catalog: Pick<Catalog, 'sprites'>): SentStyle {
  const sprites = new Set(catalog.sprites.map(({ id }) => id))
  const bytes = body ?? Buffer.alloc(0)
  const text = decodeXml(bytes)
  const first = text.trimStart()[0]
  if (first !== '<' && first !== '[' && first !== '{')
    throw styleUnreadable({ reason: '既不是 JSON 也不是 XML', reason_en: 'it is neither JSON nor XML' })
  const sent =
    first === '<'
      ? { ...readSld(text, { layer, sprites: catalog.sprites }), source: 'sld' as const }
      : { ...parseStyle(layer.id, text), notes: [], source: 'maplibre' as const }
  refuseFaults(layer, sent.style, sprites)
  return { ...sent, style: sent.style as StyleLayer[] }
}

function refuseFaults(layer: Layer, style: unknown[], sprites: ReadonlySet<string>): void {
  const faults = checkStyle(layer, style, '', sprites)
  if (faults.length === 0) return
  const details = faults.slice(0, 20).map(({ pointer, message }) => ({
    pointer,
    message: { zh: `不符合样式规范：${message}`, en: message }
  }))
  const [{ pointer, message } = { pointer: '', message: '' }] = faults
  throw styleInvalid({ count: faults.length, first: `${pointer} ${message}`.trim() }, { details })
}
