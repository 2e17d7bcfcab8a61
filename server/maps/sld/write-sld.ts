import type { Layer } from '../../catalog/layer.ts'
import type { NamedStyle } from '../../catalog/named-styles.ts'
import type { Language } from '../../lib/errors.ts'
import { element, type PrintedXml, printXml, type XmlElement } from '../../lib/xml.ts'
import { writeRules } from './write-rules.ts'
import { type SldVersion, type WriteOptions, Writing } from './writing.ts'

const NAMESPACES = {
  xmlns: 'http://www.opengis.net/sld',
  'xmlns:ogc': 'http://www.opengis.net/ogc',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance'
}

/** A layer, and those of its styles that are written. */
export interface StyledLayer {
  layer: Pick<Layer, 'id' | 'title' | 'geometry'>
  styles: readonly Pick<NamedStyle, 'id' | 'title' | 'style' | 'isDefault'>[]
  /** What a value of a field stands for, as its code list says. */
  titleOf?: (field: string, value: string | number) => string | undefined
}

/**
 * Styles as a Styled Layer Descriptor 1.0.0 (OGC 02-070) or 1.1.0 (05-078r4): a `FeatureTypeStyle` for each style layer,
 * a rule for each class at each scale. What SLD has no words for is told in comments.
 */
export function writeSld(subjects: readonly StyledLayer[], options: WriteOptions, language: Language): string {
  const layers = subjects.map(({ layer, styles, titleOf }) => {
    const all = { ...options, ...(titleOf && { titleOf }) }
    const writing = new Writing(all)
    const described = describe(writing, layer.id, layer.title[language])
    const named = writing.isSe ? described : described.slice(0, 1)
    return element('NamedLayer', {}, ...named, ...styles.map(style => userStyle(new Writing(all), style, language)))
  })
  return printXml(element('StyledLayerDescriptor', rootAttributes(options.version), ...layers))
}

function describe(writing: Writing, name: string, title: string): XmlElement[] {
  const titled = writing.element('Title', title)
  return [writing.element('Name', name), writing.isSe ? writing.element('Description', titled) : titled]
}

function userStyle(
  writing: Writing,
  { id, title, style, isDefault }: StyledLayer['styles'][number],
  language: Language
) {
  const styles = style.flatMap(item => {
    const rules = writeRules(writing, item)
    return rules.length > 0 ? [writing.element('FeatureTypeStyle', writing.element('Name', item.id), ...rules)] : []
  })
  return element(
    'UserStyle',
    {},
    ...describe(writing, id, title[language]),
    element('IsDefault', {}, isDefault ? '1' : '0'),
    ...writing.notes.map(note => comment(note[language])),
    ...(styles.length > 0 ? styles : [emptyStyle(writing)])
  )
}

function rootAttributes(version: SldVersion) {
  const location = `http://www.opengis.net/sld http://schemas.opengis.net/sld/${version}/StyledLayerDescriptor.xsd`
  return {
    version,
    ...NAMESPACES,
    ...(version === '1.1.0' && { 'xmlns:se': 'http://www.opengis.net/se' }),
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
