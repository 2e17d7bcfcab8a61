import type { Language } from '../../lib/errors.ts'
import { PICTURE_CRS } from '../../lib/picture-crs.ts'
import { element, printXml, type XmlElement } from '../../lib/xml.ts'
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
import { MAX_LAYERS } from './find-layers.ts'
import { MAX_SIDE } from './parse-frame.ts'
import type { Branch, Dimension, Offering, WmsService } from './service.ts'

export const EXCEPTION_FORMATS = ['XML', 'INIMAGE', 'BLANK'] as const

/** The service metadata of version 1.3.0 (OGC 06-042 annex E.1). */
export function capabilities130(
  service: WmsService,
  operations: readonly OperationEntry[],
  language: Language,
  updateSequence: string
): string {
  return printXml(
    element(
      'WMS_Capabilities',
      { ...ROOT, updateSequence },
      element(
        'Service',
        {},
        ...serviceHead(service, 'WMS', language),
        textElement('LayerLimit', MAX_LAYERS),
        textElement('MaxWidth', MAX_SIDE),
        textElement('MaxHeight', MAX_SIDE)
      ),
      element(
        'Capability',
        {},
        element('Request', {}, ...operations.map(entry => operation(entry, service))),
        element('Exception', {}, ...EXCEPTION_FORMATS.map(format => textElement('Format', format))),
        element(
          'Layer',
          {},
          textElement('Title', service.title[language]),
          textElement('Abstract', service.description[language]),
          ...PICTURE_CRS.map(({ code }) => textElement('CRS', code)),
          ...service.branches.map(branch => layer(branch, service, language))
        )
      )
    )
  )
}

const ROOT = {
  xmlns: 'http://www.opengis.net/wms',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation': 'http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd',
  version: '1.3.0'
}

function layer({ title, offering, branches }: Branch, service: WmsService, language: Language): XmlElement {
  const inner = branches.map(branch => layer(branch, service, language))
  if (!offering) return element('Layer', {}, textElement('Title', title[language]), ...inner)
  const { id, description, keywords, scales } = offering
  return element(
    'Layer',
    { queryable: offering.queryable ? 1 : 0 },
    textElement('Name', id),
    textElement('Title', title[language]),
    textElement('Abstract', (description ?? title)[language]),
    keywordList(keywords, language),
    ...boxes(offering),
    ...offering.dimensions.map(dimension),
    attribution(offering, language),
    metadataUrl(offering, 'ISO19115:2003', service),
    ...styles(offering, service, language),
    ...(scales.min === null ? [] : [textElement('MinScaleDenominator', scales.min)]),
    ...(scales.max === null ? [] : [textElement('MaxScaleDenominator', scales.max)]),
    ...inner
  )
}

/** In degrees, and in each reference system by the order of its own axes. */
function boxes(offering: Offering): XmlElement[] {
  const [west, south, east, north] = offering.bounds
  return [
    element(
      'EX_GeographicBoundingBox',
      {},
      textElement('westBoundLongitude', west),
      textElement('eastBoundLongitude', east),
      textElement('southBoundLatitude', south),
      textElement('northBoundLatitude', north)
    ),
    ...boxesOf(offering).map(({ crs, box: [minx, miny, maxx, maxy] }) =>
      element('BoundingBox', {
        CRS: crs.code,
        ...(crs.northFirst ? { minx: miny, miny: minx, maxx: maxy, maxy: maxx } : { minx, miny, maxx, maxy })
      })
    )
  ]
}

const dimension = ({ name, units, unitSymbol, usual, several, nearest, current, extent }: Dimension): XmlElement =>
  element(
    'Dimension',
    {
      name,
      units,
      unitSymbol,
      default: usual,
      multipleValues: several ? 1 : undefined,
      nearestValue: nearest ? 1 : undefined,
      current: current ? 1 : undefined
    },
    extent
  )
