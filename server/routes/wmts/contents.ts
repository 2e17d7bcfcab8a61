import type { Language } from '../../lib/errors.ts'
import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import type { TileRange } from '../../lib/tile-range.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { coverFor } from './cover.ts'
import { STYLE, TILE_FORMATS } from './formats.ts'
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
    ...[...coverFor(offering)].map(([grid, levels]) => link(grid, levels)),
    ...TILE_FORMATS.map(({ type, extension }) => {
      const path = `1.0.0/${id}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.${extension}`
      const template = signed(`${service.address}/${path}`, service)
      return element('ResourceURL', { format: type, resourceType: 'tile', template })
    })
  )
}

const address = (kind: string, id: string, service: WmtsService) =>
  signed(`${service.site}/${kind}/${id}.json`, service)

/**
 * A grid with the limits of the levels there are tiles at. A level whose last row or column is number 0 is left out: the
 * standard's schema wants both to be positive, and such a level is a few tiles around the world.
 */
function link(grid: TileGrid, levels: ReadonlyMap<number, TileRange>): XmlElement {
  const written = [...levels].filter(([, { east, south }]) => east > 0 && south > 0)
  const limits = written.map(([level, { west, east, north, south }]) =>
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
