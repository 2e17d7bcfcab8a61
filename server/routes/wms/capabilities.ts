import type { Language, Text } from '../../lib/errors.ts'
import { PICTURE_CRS, type PictureCrs } from '../../lib/picture-crs.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { boxIn } from './crs-area.ts'
import { legendQuery } from './legend.ts'
import { type Offering, offeringsOf, signed, type WmsService } from './service.ts'

/** What the capabilities of both versions say in the same words. */

const ACCESS: Text = {
  zh: '仅限各图层共享类别所允许的使用者',
  en: 'For those whom the sharing class of each layer allows'
}

export const textElement = (name: string, text: string | number): XmlElement => element(name, {}, text)

export const link = (href: string): XmlElement =>
  element('OnlineResource', { 'xmlns:xlink': XLINK, 'xlink:type': 'simple', 'xlink:href': href })

const XLINK = 'http://www.w3.org/1999/xlink'

/** Where operations are asked for: ready to have parameters added. */
export const operationAddress = ({ address, signature }: WmsService): string =>
  `${address}?${signature && `${signature}&`}`

/** What stands first in `Service`. @param name `WMS`, or as 1.1.1 has it */
export function serviceHead(service: WmsService, name: string, language: Language): XmlElement[] {
  const { title, description, keywords, branches } = service
  const isOpen = offeringsOf(branches).every(offering => offering.isOpen)
  return [
    textElement('Name', name),
    textElement('Title', title[language]),
    textElement('Abstract', description[language]),
    keywordList(keywords, language),
    link(operationAddress(service)),
    contactInformation(service, language),
    textElement('Fees', 'none'),
    textElement('AccessConstraints', isOpen ? 'none' : ACCESS[language])
  ]
}

export const keywordList = (keywords: readonly Text[], language: Language): XmlElement =>
  element(
    'KeywordList',
    {},
    ...[...new Set(keywords.map(keyword => keyword[language]))].map(keyword => textElement('Keyword', keyword))
  )

const OFFICE: Text = { zh: '数据管理员', en: 'Data manager' }

function contactInformation({ provider, contact }: WmsService, language: Language): XmlElement {
  const { person = OFFICE, position, organization = provider, address, phone, email } = contact ?? {}
  return element(
    'ContactInformation',
    {},
    element(
      'ContactPersonPrimary',
      {},
      textElement('ContactPerson', person[language]),
      textElement('ContactOrganization', organization[language])
    ),
    textElement('ContactPosition', (position ?? OFFICE)[language]),
    ...(address
      ? [
          element(
            'ContactAddress',
            {},
            textElement('AddressType', 'postal'),
            textElement('Address', address.street[language]),
            textElement('City', address.city[language]),
            textElement('StateOrProvince', address.province[language]),
            textElement('PostCode', address.postcode),
            textElement('Country', address.country[language])
          )
        ]
      : []),
    ...(phone ? [textElement('ContactVoiceTelephone', phone)] : []),
    ...(email ? [textElement('ContactElectronicMailAddress', email)] : [])
  )
}

export interface OperationEntry {
  name: string
  formats: readonly string[]
}

export function operation({ name, formats }: OperationEntry, service: WmsService): XmlElement {
  const get = element('Get', {}, link(operationAddress(service)))
  return element(
    name,
    {},
    ...formats.map(format => textElement('Format', format)),
    element('DCPType', {}, element('HTTP', {}, get))
  )
}

/** A layer's box in each reference system it lies in, x before y. */
export const boxesOf = ({ bounds }: Offering): { crs: PictureCrs; box: [number, number, number, number] }[] =>
  PICTURE_CRS.flatMap(crs => {
    const box = boxIn(crs, bounds)
    return box ? [{ crs, box: outward(crs, box) }] : []
  })

/** Metres are written to the next centimetre, so that nothing is cut off. */
function outward(
  { unit }: PictureCrs,
  box: readonly [number, number, number, number]
): [number, number, number, number] {
  const [west, south, east, north] = box
  if (unit === 'degree') return [west, south, east, north]
  const low = (value: number) => Math.floor(value * 100) / 100
  const high = (value: number) => Math.ceil(value * 100) / 100
  return [low(west), low(south), high(east), high(north)]
}

export const attribution = (offering: Offering, language: Language): XmlElement =>
  element(
    'Attribution',
    {},
    textElement('Title', [...new Set(offering.attribution.map(text => text[language]))].join(', '))
  )

/** @param type what the version calls ISO 19115 */
export const metadataUrl = ({ id }: Offering, type: string, service: WmsService): XmlElement =>
  element(
    'MetadataURL',
    { type },
    textElement('Format', 'text/xml'),
    link(signed(`${service.site}/services/${id}/metadata.xml`, '', service))
  )

export const styles = (offering: Offering, service: WmsService, language: Language): XmlElement[] =>
  offering.styles.map(({ id, title, legend }) =>
    element(
      'Style',
      {},
      textElement('Name', id),
      textElement('Title', title[language]),
      ...(legend
        ? [
            element(
              'LegendURL',
              { ...legend },
              textElement('Format', 'image/png'),
              link(signed(service.address, legendQuery(offering.id, id, 'image/png', language), service))
            )
          ]
        : [])
    )
  )
