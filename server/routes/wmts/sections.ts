import type { Language, Text } from '../../lib/errors.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { METADATA_TYPES, SECTIONS } from './parse-capabilities.ts'
import { signed, type WmtsService } from './service.ts'

const ACCESS: Text = {
  zh: '仅限各图层共享类别所允许的使用者',
  en: 'For those whom the sharing class of each layer allows'
}

export function identification({ title, description, offerings }: WmtsService, language: Language): XmlElement {
  const isOpen = offerings.every(offering => offering.isOpen)
  return element(
    'ows:ServiceIdentification',
    {},
    element('ows:Title', {}, title[language]),
    element('ows:Abstract', {}, description[language]),
    element('ows:ServiceType', {}, 'OGC WMTS'),
    element('ows:ServiceTypeVersion', {}, '1.0.0'),
    element('ows:Fees', {}, 'none'),
    element('ows:AccessConstraints', {}, isOpen ? 'none' : ACCESS[language])
  )
}

export function provider({ provider: name, site }: WmtsService, language: Language): XmlElement {
  return element(
    'ows:ServiceProvider',
    {},
    element('ows:ProviderName', {}, name[language]),
    element('ows:ProviderSite', { 'xlink:href': site }),
    element('ows:ServiceContact', {})
  )
}

/** The operations, each by `?name=value` and by addresses of resources. */
export function operations(service: WmtsService): XmlElement {
  const kvp = `${service.address}?${service.signature && `${service.signature}&`}`
  return element(
    'ows:OperationsMetadata',
    {},
    operation('GetCapabilities', kvp, signed(`${service.address}/1.0.0/WMTSCapabilities.xml`, service), [
      allowed('ows:Parameter', 'AcceptVersions', ['1.0.0']),
      allowed('ows:Parameter', 'AcceptFormats', METADATA_TYPES),
      allowed('ows:Parameter', 'Sections', ['All', ...SECTIONS])
    ]),
    operation('GetTile', kvp, `${service.address}/1.0.0/`, []),
    operation('GetFeatureInfo', kvp, `${service.address}/1.0.0/`, [])
  )
}

function operation(name: string, kvp: string, resources: string, parameters: XmlElement[]): XmlElement {
  const get = (href: string, encoding: string) =>
    element('ows:Get', { 'xlink:href': href }, allowed('ows:Constraint', 'GetEncoding', [encoding]))
  return element(
    'ows:Operation',
    { name },
    element('ows:DCP', {}, element('ows:HTTP', {}, get(kvp, 'KVP'), get(resources, 'RESTful'))),
    ...parameters
  )
}

const allowed = (kind: 'ows:Parameter' | 'ows:Constraint', name: string, values: readonly string[]): XmlElement =>
  element(kind, { name }, element('ows:AllowedValues', {}, ...values.map(value => element('ows:Value', {}, value))))
