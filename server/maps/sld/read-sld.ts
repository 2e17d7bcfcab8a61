import type { StyleLayer } from '../../catalog/layer.ts'
import type { ProblemDetail, Text } from '../../lib/errors.ts'
import { mergeClasses } from './merge-classes.ts'
import { mergeScales } from './merge-scales.ts'
import { Reading, type SldSubject } from './notes.ts'
import { sldNothingUnderstood, sldNotXml, sldTooLarge } from './problems.ts'
import { type Part, readRules } from './read-rules.ts'
import { below, elementsOf, parseXml, SLD_LIMITS, textOf, type XmlNode } from './xml-tree.ts'

export interface ReadStyle {
  style: StyleLayer[]
  title?: Text
  /** What was left out or drawn otherwise, and where. */
  notes: ProblemDetail[]
}

/**
 * Makes style layers of a Styled Layer Descriptor 1.0 (OGC 02-070) or 1.1 (05-078r4, with Symbology Encoding 05-077r4).
 * Scales become zooms, rules of one classification one `match`; nothing the document names is fetched. A rule whose
 * condition is not understood is left out as a whole.
 * @throws SLD_REFUSED, SLD_TOO_LARGE, SLD_NOT_XML; SLD_NOTHING_UNDERSTOOD where no style layer comes of it
 */
export function readSld(text: string, subject: SldSubject): ReadStyle {
  const root = parseXml(text)
  const reading = new Reading(subject)
  const style = userStyle(reading, root)
  const rules = featureTypeStyles(style)
  if (rules.flatMap(one => elementsOf(one, 'Rule')).length > SLD_LIMITS.rules) throw sldTooLarge(SLD_LIMITS)
  const parts = rules.flatMap(one => mergeScales(mergeClasses(readRules(reading, one))))
  if (parts.length === 0) throw sldNothingUnderstood({ layer: subject.layer.id }, { details: reading.notes })
  const title = textOf(below(style, 'Description', 'Title') ?? below(style, 'Title'))?.slice(0, 100)
  return {
    style: styleLayers(subject.layer.id, parts),
    ...(title && { title: { zh: title, en: title } }),
    notes: reading.notes
  }
}

/** The one style that is read: the default of the layer that goes by our layer's name, else of the first. */
function userStyle(reading: Reading, root: XmlNode): XmlNode {
  if (root.name === 'UserStyle' || root.name === 'FeatureTypeStyle') return root
  if (root.name !== 'StyledLayerDescriptor')
    throw sldNotXml({ line: root.line, reason: `<${root.name.slice(0, 40)}> is no StyledLayerDescriptor` })
  const layers = elementsOf(root, 'NamedLayer', 'UserLayer')
  const own = layers.find(layer => textOf(below(layer, 'Name')) === reading.layer.id) ?? layers[0]
  for (const other of layers) {
    if (other !== own) reading.note(other, '只读取一个图层的样式', 'the style of one layer is read')
  }
  const styles = own ? elementsOf(own, 'UserStyle') : []
  const chosen = styles.find(style => /^(1|true)$/.test(textOf(below(style, 'IsDefault')) ?? '')) ?? styles[0]
  for (const other of styles) {
    if (other !== chosen) reading.note(other, '只读取一个样式', 'one style is read')
  }
  if (!chosen) throw sldNothingUnderstood({ layer: reading.layer.id })
  return chosen
}

const featureTypeStyles = (style: XmlNode): XmlNode[] =>
  style.name === 'FeatureTypeStyle' ? [style] : elementsOf(style, 'FeatureTypeStyle')

function styleLayers(layerId: string, parts: readonly Part[]): StyleLayer[] {
  const used = new Map<string, number>()
  return parts.map(({ role, type, atLabelPoint, conditions, minzoom, maxzoom, layout, paint, title }) => {
    const count = (used.get(role) ?? 0) + 1
    used.set(role, count)
    return {
      id: `${layerId}-${role}${count > 1 ? `-${count}` : ''}`,
      type,
      ...(type !== 'raster' && { 'source-layer': atLabelPoint ? `${layerId}-label` : layerId }),
      ...(minzoom > 0 && { minzoom }),
      ...(maxzoom < 24 && { maxzoom }),
      ...(conditions.length > 0 && { filter: conditions.length === 1 ? conditions[0] : ['all', ...conditions] }),
      ...(Object.keys(layout).length > 0 && { layout }),
      paint,
      ...(title && { metadata: { 'yitu:title': title.slice(0, 100) } })
    }
  })
}
