import type { TileId } from './tile-id.ts'

/**
 * A quad-tree grid of tiles (OGC 17-083r4, Two Dimensional Tile Matrix Set). Tiles are square in the units of the CRS;
 * x counts to the east and y to the south, from the north-western corner.
 */
export interface TileGrid {
  id: 'WebMercatorQuad' | 'WorldCRS84Quad' | 'CGCS2000Quad'
  /** As PostGIS knows the CRS, in which x is always the east and y the north. */
  srid: 3857 | 4326 | 4490
  /** The URI of the CRS. */
  crs: string
  /** Whether the CRS names latitude before longitude: corners in OGC documents are then written so. */
  latitudeFirst: boolean
  /** The north-western corner, x y in units of the CRS. */
  origin: readonly [number, number]
  /** The side of a tile at level 0, in units of the CRS; halved at each level. */
  side: number
  /** The first level, and how many tiles it has side by side and above each other. */
  first: { level: number; columns: number; rows: number }
  /** What is to be added to a level to get the level of WebMercatorQuad with the same scale at the equator. */
  zoomOffset: number
  /** The well-known scale set of OGC 07-057r7 Annex E it keeps to, where there is one. */
  wellKnownScaleSet?: string
}

/** Half the Earth's girth on the sphere of EPSG:3857, in metres. */
const HALF_WORLD = 20037508.342789244

export const WEB_MERCATOR_QUAD: TileGrid = {
  id: 'WebMercatorQuad',
  srid: 3857,
  crs: 'http://www.opengis.net/def/crs/EPSG/0/3857',
  latitudeFirst: false,
  origin: [-HALF_WORLD, HALF_WORLD],
  side: 2 * HALF_WORLD,
  first: { level: 0, columns: 1, rows: 1 },
  zoomOffset: 0,
  wellKnownScaleSet: 'http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible'
}

export const WORLD_CRS84_QUAD: TileGrid = {
  id: 'WorldCRS84Quad',
  srid: 4326,
  crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
  latitudeFirst: false,
  origin: [-180, 90],
  side: 180,
  first: { level: 0, columns: 2, rows: 1 },
  zoomOffset: 1,
  wellKnownScaleSet: 'http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad'
}

/** 天地图经纬度（c）: levels as Tianditu counts them, level 1 being two tiles of 180° (CH/Z 9011-2011; GB/T 35634-2017). */
export const CGCS2000_QUAD: TileGrid = {
  id: 'CGCS2000Quad',
  srid: 4490,
  crs: 'http://www.opengis.net/def/crs/EPSG/0/4490',
  latitudeFirst: true,
  origin: [-180, 90],
  side: 360,
  first: { level: 1, columns: 2, rows: 1 },
  zoomOffset: 0
}

export const TILE_GRIDS: readonly TileGrid[] = [WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD, CGCS2000_QUAD]

/** How many tiles a level has side by side and above each other. */
export function matrixSize({ first }: TileGrid, level: number): { columns: number; rows: number } {
  const factor = 2 ** (level - first.level)
  return { columns: first.columns * factor, rows: first.rows * factor }
}

/** The side of a tile of a level, in units of the grid's CRS. */
export const tileSide = ({ side }: TileGrid, level: number): number => side / 2 ** level

/** west, south, east, north of a tile in units of the grid's CRS. */
export function tileExtent(grid: TileGrid, { z, x, y }: TileId): [number, number, number, number] {
  const side = tileSide(grid, z)
  const [west, north] = [grid.origin[0] + x * side, grid.origin[1] - y * side]
  return [west, north - side, west + side, north]
}

/**
 * west, south, east, north of a tile in degrees.
 * @param margin how far beyond its side it reaches, as a share of the side
 */
export function tileDegrees(grid: TileGrid, tile: TileId, margin = 0): [number, number, number, number] {
  const [west, south, east, north] = tileExtent(grid, tile)
  const beyond = margin * tileSide(grid, tile.z)
  const box: [number, number, number, number] = [west - beyond, south - beyond, east + beyond, north + beyond]
  if (grid.srid !== 3857) return box
  const longitude = (x: number) => (x / HALF_WORLD) * 180
  const latitude = (y: number) => (Math.atan(Math.sinh((y / HALF_WORLD) * Math.PI)) * 180) / Math.PI
  return [longitude(box[0]), latitude(box[1]), longitude(box[2]), latitude(box[3])]
}
