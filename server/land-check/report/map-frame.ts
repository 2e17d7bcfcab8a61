import type { Geometry, Position } from 'geojson'

/** Which piece of ground a map shows, and where a point of it is drawn. Metres of the working CRS; points on paper. */

/** west, south, east, north: metres of the working CRS. */
export type Extent = [number, number, number, number]

/** The map on paper, points: the frame, and room around it for coordinates and the scale bar. */
export const MAP = { width: 495, height: 366, left: 14, top: 14, frameWidth: 480, frameHeight: 320 } as const

const SCALES = [
  100, 200, 500, 1000, 2000, 2500, 5000, 10_000, 20_000, 25_000, 50_000, 100_000, 200_000, 500_000, 1_000_000
]
const METRES_A_POINT = 0.0254 / 72
/** The parcel takes at most this share of the frame, so that its surroundings are seen. */
const SHARE = 0.42

export interface Frame {
  /** 500: 1:500. */
  scale: number
  extent: Extent
  toPaper(position: Position): [x: number, y: number]
  /** Metres on the ground that a point on paper stands for. */
  metresAPoint: number
}

/** The frame around a parcel: in its middle, at the largest scale of the usual ones that leaves room around it. */
export function frameAround(geometry: Geometry): Frame {
  const [west, south, east, north] = extentOf(geometry)
  const fits = (scale: number) =>
    (east - west) / (scale * METRES_A_POINT) <= MAP.frameWidth * SHARE &&
    (north - south) / (scale * METRES_A_POINT) <= MAP.frameHeight * SHARE
  const scale = SCALES.find(fits) ?? SCALES.at(-1)!
  const metresAPoint = scale * METRES_A_POINT
  const left = (west + east - MAP.frameWidth * metresAPoint) / 2
  const top = (south + north + MAP.frameHeight * metresAPoint) / 2
  return {
    scale,
    metresAPoint,
    extent: [left, top - MAP.frameHeight * metresAPoint, left + MAP.frameWidth * metresAPoint, top],
    toPaper: ([x = 0, y = 0]) => [MAP.left + (x - left) / metresAPoint, MAP.top + (top - y) / metresAPoint]
  }
}

/** An extent with a margin, so that what is clipped to it does not show its cut edge inside the frame. */
export function widened([west, south, east, north]: Extent): Extent {
  const by = (east - west) / 50
  return [west - by, south - by, east + by, north + by]
}

export function extentOf(geometry: Geometry): Extent {
  const extent: Extent = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x = 0, y = 0] of positionsOf(geometry)) {
    extent[0] = Math.min(extent[0], x)
    extent[1] = Math.min(extent[1], y)
    extent[2] = Math.max(extent[2], x)
    extent[3] = Math.max(extent[3], y)
  }
  return extent
}

/** Every chain of positions: the rings of polygons, the lines; of points none. */
export function chainsOf(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'Polygon':
      return geometry.coordinates
    case 'MultiPolygon':
      return geometry.coordinates.flat()
    case 'LineString':
      return [geometry.coordinates]
    case 'MultiLineString':
      return geometry.coordinates
    case 'GeometryCollection':
      return geometry.geometries.flatMap(chainsOf)
    default:
      return []
  }
}

const positionsOf = (geometry: Geometry): Position[] => chainsOf(geometry).flat()

/** The round length (1, 2 or 5 times a power of ten) nearest below. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return ([5, 2, 1].find(n => n * power <= most) ?? 1) * power
}

const digits = (n: number) => String(Math.round(n * 100) / 100)

/** An SVG path of a geometry on paper; empty for points. */
export function pathOf(geometry: Geometry, { toPaper }: Pick<Frame, 'toPaper'>): string {
  const closed = /Polygon/.test(geometry.type)
  if (geometry.type === 'GeometryCollection')
    return geometry.geometries.map(inner => pathOf(inner, { toPaper })).join('')
  return chainsOf(geometry)
    .map(chain => {
      const points = (closed ? chain.slice(0, -1) : chain).map(toPaper)
      return `M${points.map(([x, y]) => `${digits(x)} ${digits(y)}`).join('L')}${closed ? 'Z' : ''}`
    })
    .join('')
}
