import type { Language } from '../../lib/errors.ts'
import { element, printElement, type XmlElement } from '../../lib/xml.ts'
import {
  attribution,
  boxesOf,
  keywordList,
  metadataUrl,
  type OperationEntry,
  operation,
  serviceHead,
  styles,
  textElement
} from './capabilities.ts'
import { crsOf } from './parse-frame.ts'
import { PIXEL_METRES } from './scales.ts'
import type { Branch, Dimension, Offering, WmsService } from './service.ts'

export const EXCEPTION_FORMATS = [
  'application/vnd.ogc.se_xml',
  'application/vnd.ogc.se_inimage',
  'application/vnd.ogc.se_blank'
] as const

/** The service metadata of version 1.1.1 (OGC 01-068r3 annex A.1). */
export function capabilities111(
  service: WmsService,
  operations: readonly OperationEntry[],
  language: Language,
  updateSequence: string
): string {
  const root = element(
    'WMT_MS_Capabilities',
    { version: '1.1.1', updateSequence },
    element('Service', {}, ...serviceHead(service, 'OGC:WMS', language)),
    element(
      'Capability',
      {},
      element('Request', {}, ...operations.map(entry => operation(entry, service))),
      element('Exception', {}, ...EXCEPTION_FORMATS.map(format => textElement('Format', format))),
      element('UserDefinedSymbolization', { SupportSLD: 0, UserLayer: 0, UserStyle: 0, RemoteWFS: 0 }),
      element(
        'Layer',
        {},
        textElement('Title', service.title[language]),
        textElement('Abstract', service.description[language]),
        ...crsOf('1.1.1').map(({ code }) => textElement('SRS', code)),
        ...service.branches.map(branch => layer(branch, service, language))
      )
    )
  )
  return `${HEAD}\n${printElement(root)}`
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd">`

function layer({ title, offering, branches }: Branch, service: WmsService, language: Language): XmlElement {
  const inner = branches.map(branch => layer(branch, service, language))
  if (!offering) return element('Layer', {}, textElement('Title', title[language]), ...inner)
  const { id, description, keywords, dimensions } = offering
  return element(
    'Layer',
    { queryable: offering.queryable ? 1 : 0 },
    textElement('Name', id),
    textElement('Title', title[language]),
    textElement('Abstract', (description ?? title)[language]),
    keywordList(keywords, language),
    ...boxes(offering),
    ...dimensions.map(({ name, units, unitSymbol }) => element('Dimension', { name, units, unitSymbol })),
    ...dimensions.map(extent),
    attribution(offering, language),
    metadataUrl(offering, 'TC211', service),
    ...styles(offering, service, language),
    ...scaleHint(offering),
    ...inner
  )
}

/** In every reference system x is the east and y the north. */
function boxes(offering: Offering): XmlElement[] {
  const [minx, miny, maxx, maxy] = offering.bounds
  return [
    element('LatLonBoundingBox', { minx, miny, maxx, maxy }),
    ...boxesOf(offering)
      .filter(({ crs }) => crsOf('1.1.1').includes(crs))
      .map(({ crs, box: [minx, miny, maxx, maxy] }) =>
        element('BoundingBox', { SRS: crs.code, minx, miny, maxx, maxy })
      )
  ]
}

const extent = ({ name, usual, nearest, extent }: Dimension): XmlElement =>
  element('Extent', { name, default: usual, nearestValue: nearest ? 1 : undefined }, extent)

/** By the diagonal of the middle pixel in metres (OGC 01-068r3 §7.1.4.5.8). */
function scaleHint({ scales: { min, max } }: Offering): XmlElement[] {
  if (min === null && max === null) return []
  const diagonal = (scale: number) => scale * PIXEL_METRES * Math.SQRT2
  return [element('ScaleHint', { min: diagonal(min ?? 0), max: max === null ? 'Infinity' : diagonal(max) })]
}
