import { INFO_FORMATS } from '../../features/info-formats.ts'
import type { Language } from '../../lib/errors.ts'
import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import type { TileRange } from '../../lib/tile-range.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { legendQuery } from '../wms/legend.ts'
import type { OfferedStyle } from '../wms/service.ts'
import { coverFor } from './cover.ts'
import { formatsOf } from './formats.ts'
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
  const formats = formatsOf(offering.members)
  const infoFormats = offering.queryable ? INFO_FORMATS : []
  const resource = (format: string, resourceType: string, path: string) =>
    element('ResourceURL', {
      format,
      resourceType,
      template: signed(`${service.address}/1.0.0/${id}/${path}`, service)
    })
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
    ...offering.styles.map((offered, i) => style(offering, offered, i === 0, service, language)),
    ...formats.map(({ type }) => element('Format', {}, type)),
    ...infoFormats.map(({ type }) => element('InfoFormat', {}, type)),
    ...[...coverFor(offering)].map(([grid, levels]) => link(grid, levels)),
    ...formats.map(({ type, extension }) => resource(type, 'tile', `${TILE}.${extension}`)),
    ...infoFormats.map(({ type, extension }) => resource(type, 'FeatureInfo', `${TILE}/{J}/{I}.${extension}`))
  )
}

const TILE = '{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}'

/** A style with its legend, as WMS draws it, in the language whose size is told. */
function style(
  { id }: Offering,
  { id: name, title, legend }: OfferedStyle,
  isDefault: boolean,
  service: WmtsService,
  language: Language
): XmlElement {
  const format = 'image/png'
  const href = `${service.site}/services/${id}/wms?${legendQuery(id, name, format, language)}`
  return element(
    'Style',
    { isDefault: isDefault ? 'true' : undefined },
    element('ows:Title', {}, title[language]),
    element('ows:Identifier', {}, name),
    ...(legend
      ? [
          element('LegendURL', {
            format,
            'xlink:href': service.signature ? `${href}&${service.signature}` : href,
            ...legend
          })
        ]
      : [])
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
