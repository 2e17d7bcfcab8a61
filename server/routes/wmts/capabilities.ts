import { createHash } from 'node:crypto'
import type { Language } from '../../lib/errors.ts'
import { element, printElement, printXml, type XmlElement } from '../../lib/xml.ts'
import { contents } from './contents.ts'
import { SECTIONS, type Section } from './parse-capabilities.ts'
import { identification, operations, provider } from './sections.ts'
import { signed, type WmtsService } from './service.ts'
import { themes } from './themes.ts'

/** The service metadata in one language, its sections printed. */
export interface Capabilities {
  /** `<publications>.<digits of the content>`: grows with each publication, and differs where the content does. */
  updateSequence: string
  /** Names the content. */
  hash: string
  sections: Readonly<Record<Section, string>>
  metadataUrl: XmlElement
}

const WRITERS: Readonly<Record<Section, (service: WmtsService, language: Language) => XmlElement>> = {
  ServiceIdentification: identification,
  ServiceProvider: provider,
  OperationsMetadata: operations,
  Contents: contents,
  Themes: themes
}

export function writeCapabilities(service: WmtsService, language: Language): Capabilities {
  const sections = Object.fromEntries(
    SECTIONS.map(section => [section, printElement(WRITERS[section](service, language))])
  ) as Record<Section, string>
  const hash = createHash('sha256').update(Object.values(sections).join('\n')).digest('hex')
  const publications = service.offerings.reduce((sum, { revision }) => sum + revision, 0)
  const digits = String(Number.parseInt(hash.slice(0, 8), 16) % 1_000_000).padStart(6, '0')
  const href = signed(`${service.address}/1.0.0/WMTSCapabilities.xml`, service)
  const metadataUrl = element('ServiceMetadataURL', { 'xlink:href': href })
  return { updateSequence: `${publications}.${digits}`, hash, sections, metadataUrl }
}

/** The document with some of its sections; with none it says only how new it is (OGC 06-121r3 §7.3.4). */
export function printCapabilities(
  { updateSequence, sections, metadataUrl }: Capabilities,
  wanted: ReadonlySet<Section>
): string {
  const printed = SECTIONS.filter(section => wanted.has(section)).map(section => ({ printed: sections[section] }))
  const whole = wanted.size === SECTIONS.length ? [metadataUrl] : []
  return printXml(element('Capabilities', { ...ROOT, updateSequence }, ...printed, ...whole))
}

const ROOT = {
  xmlns: 'http://www.opengis.net/wmts/1.0',
  'xmlns:ows': 'http://www.opengis.net/ows/1.1',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation':
    'http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd',
  version: '1.0.0'
}
