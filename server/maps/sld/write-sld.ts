import type { Layer } from '../../catalog/layer.ts'
import type { NamedStyle } from '../../catalog/named-styles.ts'
import type { Language, Text } from '../../lib/errors.ts'
import { element, type PrintedXml, printXml, type XmlElement } from '../../lib/xml.ts'
import { writeRules } from './write-rules.ts'
import { type WriteOptions, Writing } from './writing.ts'

const NAMESPACES = {
  xmlns: 'http://www.opengis.net/sld',
  'xmlns:ogc': 'http://www.opengis.net/ogc',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance'
}

/**
 * A style as a Styled Layer Descriptor 1.0.0 (OGC 02-070) or 1.1.0 (05-078r4): a `FeatureTypeStyle` for each style
 * layer, a rule for each class at each scale. What SLD has no words for is told in comments at its beginning.
 */
export function writeSld(
  layer: Pick<Layer, 'id' | 'title' | 'geometry'>,
  named: Pick<NamedStyle, 'id' | 'title' | 'style' | 'isDefault'>,
  options: Omit<WriteOptions, 'layer'>,
  language: Language
): { text: string; notes: Text[] } {
  const writing = new Writing({ ...options, layer })
  const styles = named.style.flatMap(item => {
    const rules = writeRules(writing, item)
    return rules.length > 0 ? [writing.element('FeatureTypeStyle', writing.element('Name', item.id), ...rules)] : []
  })
  const described = (name: string, title: string) =>
    writing.isSe
      ? [writing.element('Name', name), writing.element('Description', writing.element('Title', title))]
      : [writing.element('Name', name)]
  const root = element(
    'StyledLayerDescriptor',
    rootAttributes(writing),
    element(
      'NamedLayer',
      {},
      ...described(layer.id, layer.title[language]),
      element(
        'UserStyle',
        {},
        ...described(named.id, named.title[language]),
        ...(writing.isSe ? [] : [writing.element('Title', named.title[language])]),
        element('IsDefault', {}, named.isDefault ? '1' : '0'),
        ...writing.notes.map(note => comment(note[language])),
        ...(styles.length > 0 ? styles : [emptyStyle(writing)])
      )
    )
  )
  return { text: printXml(root), notes: writing.notes }
}

function rootAttributes(writing: Writing) {
  const version = writing.options.version
  const location = `http://www.opengis.net/sld http://schemas.opengis.net/sld/${version}/StyledLayerDescriptor.xsd`
  return {
    version,
    ...NAMESPACES,
    ...(writing.isSe && { 'xmlns:se': 'http://www.opengis.net/se' }),
    'xsi:schemaLocation': location
  }
}

/** A style has at least one rule (02-070 §9), and a rule draws something: here of no feature. */
function emptyStyle(writing: Writing): XmlElement {
  const nothing = element('ogc:PropertyIsEqualTo', {}, element('ogc:Literal', {}, '0'), element('ogc:Literal', {}, '1'))
  return writing.element(
    'FeatureTypeStyle',
    writing.element('Rule', element('ogc:Filter', {}, nothing), writing.element('PointSymbolizer'))
  )
}

/** A comment ends at its first two hyphens (XML 1.0 §2.5). */
function comment(text: string): PrintedXml {
  const safe = text.replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD]|--+|-$/g, '?')
  return { printed: `<!-- ${safe} -->` }
}
