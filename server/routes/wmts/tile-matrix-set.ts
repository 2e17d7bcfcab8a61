import { matrixSize, type TileGrid, tileExtent } from '../../lib/tile-matrix.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import { levelsOf, scaleDenominator, TILE_PIXELS } from './levels.ts'

/** A grid with its levels; corners have the order of the CRS's own axes (OGC 07-057r7 table 12). */
export function tileMatrixSet(grid: TileGrid): XmlElement {
  const crs = urnOf(grid.crs)
  const position = (x: number, y: number) => (grid.latitudeFirst ? `${y} ${x}` : `${x} ${y}`)
  const [west, south, east, north] = wholeExtent(grid)
  const known = grid.wellKnownScaleSet
  return element(
    'TileMatrixSet',
    {},
    element('ows:Identifier', {}, grid.id),
    element(
      'ows:BoundingBox',
      { crs },
      element('ows:LowerCorner', {}, position(west, south)),
      element('ows:UpperCorner', {}, position(east, north))
    ),
    element('ows:SupportedCRS', {}, crs),
    ...(known ? [element('WellKnownScaleSet', {}, urnOf(known))] : []),
    ...levelsOf(grid).map(level => {
      const { columns, rows } = matrixSize(grid, level)
      return element(
        'TileMatrix',
        {},
        element('ows:Identifier', {}, level),
        element('ScaleDenominator', {}, scaleDenominator(grid, level)),
        element('TopLeftCorner', {}, position(...grid.origin)),
        element('TileWidth', {}, TILE_PIXELS),
        element('TileHeight', {}, TILE_PIXELS),
        element('MatrixWidth', {}, columns),
        element('MatrixHeight', {}, rows)
      )
    })
  )
}

function wholeExtent(grid: TileGrid): [number, number, number, number] {
  const { level, columns, rows } = grid.first
  const [west, , , north] = tileExtent(grid, { z: level, x: 0, y: 0 })
  const [, south, east] = tileExtent(grid, { z: level, x: columns - 1, y: rows - 1 })
  return [west, south, east, north]
}

/**
 * `http://www.opengis.net/def/crs/EPSG/0/4490` → `urn:ogc:def:crs:EPSG::4490`: the form that WMTS 1.0.0 names its CRSs
 * and scale sets by, and the only one many of its clients know.
 */
function urnOf(uri: string): string {
  const [kind, authority, version, code] = uri.replace('http://www.opengis.net/def/', '').split('/')
  return `urn:ogc:def:${kind}:${authority}:${version === '0' ? '' : version}:${code}`
}
