import type { Language } from '../lib/errors.ts'
import { element, printXml, type XmlElement } from '../lib/xml.ts'
import type { Facts, Subject } from './service-subjects.ts'
import type { Theme } from './shared.ts'

/** What the metadata of a layer or map says beside what is in the catalogue. */
export interface MetadataContext {
  themes: readonly Theme[]
  /** Of the district: who answers for what names no department. */
  provider: string
  /** Where it is served: the protocol as clients know it, and its address. */
  addresses: readonly { protocol: string; name: string; url: string }[]
  /** west, south, east, north in degrees */
  bounds: readonly number[]
}

const CODES = 'http://standards.iso.org/iso/19139/resources/gmxCodelists.xml'

/** How a document names the languages (ISO 639-2). */
const LANGUAGES: Readonly<Record<Language, string>> = { zh: 'chi', en: 'eng' }

/** How often a layer is renewed, as MD_MaintenanceFrequencyCode has it. */
const CYCLES: Readonly<Record<Facts['layers'][number]['updateCycle'], string>> = {
  realtime: 'continual',
  daily: 'daily',
  monthly: 'monthly',
  quarterly: 'quarterly',
  yearly: 'annually',
  irregular: 'irregular'
}

/**
 * The metadata of a layer or map as ISO 19115 has it, in the form of ISO/TS 19139: what catalogues of geographic data
 * harvest.
 */
export function isoMetadata(
  { id, title, description }: Subject,
  facts: Facts,
  { themes, provider, addresses, bounds }: MetadataContext,
  language: Language
): string {
  const changed = facts.updated?.slice(0, 10) ?? '1970-01-01'
  const names = facts.departments.map(department => department.title[language])
  const owner = names.length > 0 ? names.join(', ') : provider
  const keywords = themes.filter(theme => facts.themes.includes(theme.id)).map(theme => theme.title[language])
  const representation = facts.layers.every(({ geometry }) => geometry === 'Raster') ? 'grid' : 'vector'
  const cycles = new Set(facts.layers.map(layer => layer.updateCycle))
  return printXml(
    element(
      'gmd:MD_Metadata',
      ROOT,
      element('gmd:fileIdentifier', {}, text(id)),
      element('gmd:language', {}, code('LanguageCode', LANGUAGES[language])),
      element('gmd:characterSet', {}, code('MD_CharacterSetCode', 'utf8')),
      element('gmd:hierarchyLevel', {}, code('MD_ScopeCode', 'dataset')),
      element('gmd:contact', {}, party(owner, 'pointOfContact')),
      element('gmd:dateStamp', {}, element('gco:Date', {}, changed)),
      element('gmd:metadataStandardName', {}, text('ISO 19115:2003/19139')),
      element('gmd:metadataStandardVersion', {}, text('1.0')),
      element('gmd:referenceSystemInfo', {}, referenceSystem('EPSG:4490')),
      element(
        'gmd:identificationInfo',
        {},
        element(
          'gmd:MD_DataIdentification',
          {},
          element('gmd:citation', {}, citation(title[language], changed)),
          element('gmd:abstract', {}, text((description ?? title)[language])),
          element('gmd:pointOfContact', {}, party(owner, 'owner')),
          ...[...cycles].map(cycle => element('gmd:resourceMaintenance', {}, maintenance(CYCLES[cycle]))),
          element(
            'gmd:descriptiveKeywords',
            {},
            element(
              'gmd:MD_Keywords',
              {},
              ...[...keywords, ...names].map(word => element('gmd:keyword', {}, text(word)))
            )
          ),
          element('gmd:spatialRepresentationType', {}, code('MD_SpatialRepresentationTypeCode', representation)),
          element('gmd:language', {}, code('LanguageCode', LANGUAGES[language])),
          element('gmd:extent', {}, extent(bounds))
        )
      ),
      element(
        'gmd:distributionInfo',
        {},
        element(
          'gmd:MD_Distribution',
          {},
          element('gmd:transferOptions', {}, element('gmd:MD_DigitalTransferOptions', {}, ...addresses.map(online)))
        )
      )
    )
  )
}

const ROOT = {
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation': 'http://www.isotc211.org/2005/gmd http://schemas.opengis.net/iso/19139/20070417/gmd/gmd.xsd'
}

const text = (words: string): XmlElement => element('gco:CharacterString', {}, words)

const code = (list: string, value: string): XmlElement =>
  element(`gmd:${list}`, { codeList: `${CODES}#${list}`, codeListValue: value }, value)

const party = (organization: string, role: string): XmlElement =>
  element(
    'gmd:CI_ResponsibleParty',
    {},
    element('gmd:organisationName', {}, text(organization)),
    element('gmd:role', {}, code('CI_RoleCode', role))
  )

const referenceSystem = (name: string): XmlElement =>
  element(
    'gmd:MD_ReferenceSystem',
    {},
    element('gmd:referenceSystemIdentifier', {}, element('gmd:RS_Identifier', {}, element('gmd:code', {}, text(name))))
  )

const citation = (title: string, changed: string): XmlElement =>
  element(
    'gmd:CI_Citation',
    {},
    element('gmd:title', {}, text(title)),
    element(
      'gmd:date',
      {},
      element(
        'gmd:CI_Date',
        {},
        element('gmd:date', {}, element('gco:Date', {}, changed)),
        element('gmd:dateType', {}, code('CI_DateTypeCode', 'revision'))
      )
    )
  )

const maintenance = (frequency: string): XmlElement =>
  element(
    'gmd:MD_MaintenanceInformation',
    {},
    element('gmd:maintenanceAndUpdateFrequency', {}, code('MD_MaintenanceFrequencyCode', frequency))
  )

function extent([west = -180, south = -90, east = 180, north = 90]: readonly number[]): XmlElement {
  const side = (name: string, value: number) => element(`gmd:${name}`, {}, element('gco:Decimal', {}, value))
  return element(
    'gmd:EX_Extent',
    {},
    element(
      'gmd:geographicElement',
      {},
      element(
        'gmd:EX_GeographicBoundingBox',
        {},
        side('westBoundLongitude', west),
        side('eastBoundLongitude', east),
        side('southBoundLatitude', south),
        side('northBoundLatitude', north)
      )
    )
  )
}

const online = ({ protocol, name, url }: MetadataContext['addresses'][number]): XmlElement =>
  element(
    'gmd:onLine',
    {},
    element(
      'gmd:CI_OnlineResource',
      {},
      element('gmd:linkage', {}, element('gmd:URL', {}, url)),
      element('gmd:protocol', {}, text(protocol)),
      element('gmd:name', {}, text(name))
    )
  )
