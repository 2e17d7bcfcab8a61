import { element, printXml, type XmlElement } from '../lib/xml.ts'
import type { DescribedFeature, DescribedValue } from './describe-feature.ts'
import { type GmlVersion, gmlGeometry } from './gml-geometry.ts'

/**
 * Features as a collection of GML: an element a field, named as it is; a field whose value is a code is followed by
 * `<field>_text` with what that stands for. Titles are attributes.
 */
export function infoGml(features: readonly DescribedFeature[], version: GmlVersion): string {
  return printXml(
    element(
      'wfs:FeatureCollection',
      {
        'xmlns:wfs': 'http://www.opengis.net/wfs',
        'xmlns:gml': 'http://www.opengis.net/gml',
        'xmlns:yitu': 'urn:yitu:features'
      },
      element(
        'gml:boundedBy',
        {},
        version === 2 ? element('gml:null', {}, 'unknown') : element('gml:Null', {}, 'unknown')
      ),
      ...features.map(feature => element('gml:featureMember', {}, member(feature, version)))
    )
  )
}

function member({ id, layer, featureId, values, geometry }: DescribedFeature, version: GmlVersion): XmlElement {
  return element(
    `yitu:${layer.id}`,
    version === 2 ? { fid: id, title: layer.title } : { 'gml:id': idName(id), title: layer.title },
    element('yitu:feature_id', {}, featureId),
    ...values.flatMap(field),
    element('yitu:geometry', {}, gmlGeometry(geometry, version))
  )
}

function field({ name, title, value, text, isCode }: DescribedValue): XmlElement[] {
  if (value === null) return []
  const kept = element(`yitu:${name}`, { title }, String(value))
  return !isCode || text === String(value) ? [kept] : [kept, element(`yitu:${name}_text`, { title }, text)]
}

/** An XML name (xs:ID): what may not stand in one becomes `_`. */
const idName = (id: string): string => id.replace(/[^\p{L}\p{N}._-]/gu, '_')
