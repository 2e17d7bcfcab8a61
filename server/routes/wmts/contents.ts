import type { Language } from '../../lib/errors.ts'
import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { STYLE, TILE_FORMATS } from './formats.ts'
import { gridsOf, limitsOf } from './limits.ts'
import { type Offering, signed, type WmtsService } from './service.ts'
import { tileMatrixSet } from './tile-matrix-set.ts'

/** Every layer and map, and the grids of their tiles. */
export function contents(service: WmtsService, language: Language): XmlElement {
  const layers = service.offerings.map(offering => layer(offering, service, language))
  return element('Contents', {}, ...layers, ...TILE_GRIDS.map(tileMatrixSet))
}

function layer(offering: Offering, service: WmtsService, language: Language): XmlElement {
  const { id, title, description, keywords, bounds } = offering
  const [west, south, east, north] = bounds
  return element(
    'Layer',
    {},
    element('ows:Title', {}, title[language]),
    ...(description ? [element('ows:Abstract', {}, description[language])] : []),
    element('ows:Keywords', {}, ...keywords.map(keyword => element('ows:Keyword', {}, keyword[language]))),
    element(
      'ows:WGS84BoundingBox',
      {},
      element('ows:LowerCorner', {}, `${west} ${south}`),
      element('ows:UpperCorner', {}, `${east} ${north}`)
    ),
    element('ows:Identifier', {}, id),
    element('ows:Metadata', { 'xlink:title': 'MapLibre style', 'xlink:href': address('styles', id, service) }),
    element('ows:Metadata', { 'xlink:title': 'TileJSON', 'xlink:href': address('tiles', id, service) }),
    element('Style', { isDefault: 'true' }, element('ows:Identifier', {}, STYLE)),
    ...TILE_FORMATS.map(({ type }) => element('Format', {}, type)),
    ...gridsOf(offering).map(grid => link(offering, grid)),
    ...TILE_FORMATS.map(({ type, extension }) => {
      const path = `1.0.0/${id}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.${extension}`
      const template = signed(`${service.address}/${path}`, service)
      return element('ResourceURL', { format: type, resourceType: 'tile', template })
    })
  )
}

const address = (kind: string, id: string, service: WmtsService) =>
  signed(`${service.site}/${kind}/${id}.json`, service)

function link(offering: Offering, grid: TileGrid): XmlElement {
  const limits = limitsOf(offering, grid).map(({ level, west, east, north, south }) =>
    element(
      'TileMatrixLimits',
      {},
      element('TileMatrix', {}, level),
      element('MinTileRow', {}, north),
      element('MaxTileRow', {}, south),
      element('MinTileCol', {}, west),
      element('MaxTileCol', {}, east)
    )
  )
  return element(
    'TileMatrixSetLink',
    {},
    element('TileMatrixSet', {}, grid.id),
    ...(limits.length > 0 ? [element('TileMatrixSetLimits', {}, ...limits)] : [])
  )
}
