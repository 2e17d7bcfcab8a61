import type { Language } from '../lib/errors.ts'
import type { DescribedFeature } from './describe-feature.ts'
import { infoGml } from './info-gml.ts'
import { infoHtml } from './info-html.ts'
import { infoJson } from './info-json.ts'
import { infoText } from './info-text.ts'

/** A format that information on features comes in. One that joins adds its entry here. */
export interface InfoFormat {
  /** As `INFO_FORMAT` names it. */
  type: string
  /** Other names for it. */
  aliases: readonly string[]
  /** As `Content-Type` names it. */
  contentType: string
  /** What a tile's address as a resource ends in. */
  extension: string
  encode(features: readonly DescribedFeature[], language: Language): string
}

/** The first is the one for who names none. */
export const INFO_FORMATS: readonly InfoFormat[] = [
  {
    type: 'text/html',
    aliases: [],
    contentType: 'text/html; charset=utf-8',
    extension: 'html',
    encode: infoHtml
  },
  {
    type: 'application/json',
    aliases: ['application/geo+json', 'application/vnd.geo+json', 'text/json'],
    contentType: 'application/json; charset=utf-8',
    extension: 'json',
    encode: infoJson
  },
  {
    type: 'application/vnd.ogc.gml',
    aliases: ['text/xml', 'text/xml; subtype=gml/2.1.2', 'gml'],
    contentType: 'application/vnd.ogc.gml',
    extension: 'gml',
    encode: features => infoGml(features, 2)
  },
  {
    type: 'text/xml; subtype=gml/3.1.1',
    aliases: ['application/vnd.ogc.gml/3.1.1', 'application/gml+xml; version=3.1'],
    contentType: 'text/xml; subtype=gml/3.1.1',
    extension: 'gml3',
    encode: features => infoGml(features, 3)
  },
  {
    type: 'text/plain',
    aliases: [],
    contentType: 'text/plain; charset=utf-8',
    extension: 'txt',
    encode: infoText
  }
]

/** The format a name stands for, in any case; undefined: there is no such format. */
export function findInfoFormat(name: string): InfoFormat | undefined {
  const plain = bare(name)
  return INFO_FORMATS.find(({ type, aliases }) => bare(type) === plain || aliases.some(alias => bare(alias) === plain))
}

const bare = (name: string): string => name.toLowerCase().replaceAll(/\s/g, '')
