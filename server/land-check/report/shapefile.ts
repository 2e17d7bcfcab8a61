import type { Geometry, Position } from 'geojson'
import { dbfFile } from './dbf-file.ts'
import { chainsOf } from './map-frame.ts'
import type { Part } from './parts.ts'
import type { ZipMember } from './zip-file.ts'

/** Writes shapefiles (ESRI white paper of July 1998): .shp, .shx, .dbf, .prj and .cpg. */

const SHAPES = { polygons: 5, lines: 3 } as const
type Kind = keyof typeof SHAPES
const HEADER = 100

/**
 * One shapefile of areas and, where there are any, one of lines; points are left out.
 * @param parts x east, y north, metres
 * @param prj the CRS as WKT 1
 */
export function shapefilesOf(name: string, parts: readonly Part[], prj: string): ZipMember[] {
  return (['polygons', 'lines'] as const).flatMap(kind => {
    const chosen = parts.filter(({ geometry }) => kindOf(geometry) === kind)
    if (chosen.length === 0) return []
    const { shp, shx } = shapes(chosen, kind)
    const member = (extension: string, data: Buffer): ZipMember => ({ name: `${name}-${kind}.${extension}`, data })
    return [
      member('shp', shp),
      member('shx', shx),
      member('dbf', dbfFile(chosen)),
      member('prj', Buffer.from(prj)),
      member('cpg', Buffer.from('UTF-8'))
    ]
  })
}

const kindOf = (geometry: Geometry): Kind | null => {
  if (/Polygon/.test(geometry.type)) return 'polygons'
  return /Line/.test(geometry.type) ? 'lines' : null
}

function shapes(parts: readonly Part[], kind: Kind): { shp: Buffer; shx: Buffer } {
  const contents = parts.map(({ geometry }) => content(turnedRings(geometry), SHAPES[kind]))
  const all = extentOf(parts.flatMap(({ geometry }) => chainsOf(geometry)))
  let at = HEADER
  const records = contents.map((bytes, i) => {
    const head = Buffer.alloc(8)
    head.writeInt32BE(i + 1, 0)
    head.writeInt32BE(bytes.length / 2, 4)
    const entry = Buffer.alloc(8)
    entry.writeInt32BE(at / 2, 0)
    entry.writeInt32BE(bytes.length / 2, 4)
    at += 8 + bytes.length
    return { record: Buffer.concat([head, bytes]), entry }
  })
  return {
    shp: Buffer.concat([header(at, SHAPES[kind], all), ...records.map(({ record }) => record)]),
    shx: Buffer.concat([header(HEADER + 8 * parts.length, SHAPES[kind], all), ...records.map(({ entry }) => entry)])
  }
}

function header(bytes: number, shape: number, extent: number[]): Buffer {
  const head = Buffer.alloc(HEADER)
  head.writeInt32BE(9994, 0)
  head.writeInt32BE(bytes / 2, 24)
  head.writeInt32LE(1000, 28)
  head.writeInt32LE(shape, 32)
  extent.forEach((value, i) => void head.writeDoubleLE(value, 36 + 8 * i))
  return head
}

function content(chains: Position[][], shape: number): Buffer {
  const points = chains.reduce((sum, { length }) => sum + length, 0)
  const bytes = Buffer.alloc(44 + 4 * chains.length + 16 * points)
  bytes.writeInt32LE(shape, 0)
  extentOf(chains).forEach((value, i) => void bytes.writeDoubleLE(value, 4 + 8 * i))
  bytes.writeInt32LE(chains.length, 36)
  bytes.writeInt32LE(points, 40)
  let first = 0
  chains.forEach((chain, i) => {
    bytes.writeInt32LE(first, 44 + 4 * i)
    first += chain.length
  })
  chains.flat().forEach(([x = 0, y = 0], i) => {
    const at = 44 + 4 * chains.length + 16 * i
    bytes.writeDoubleLE(x, at)
    bytes.writeDoubleLE(y, at + 8)
  })
  return bytes
}

/** Rings as a shapefile wants them: shells clockwise, holes counter-clockwise. */
function turnedRings(geometry: Geometry): Position[][] {
  const turned = (rings: Position[][]) =>
    rings.map((ring, i) => (doubleArea(ring) < 0 === (i === 0) ? ring : [...ring].reverse()))
  if (geometry.type === 'Polygon') return turned(geometry.coordinates)
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flatMap(turned)
  return chainsOf(geometry)
}

/** Positive for counter-clockwise; relative to the first point, so that large coordinates lose nothing. */
const doubleArea = (ring: Position[]) => {
  const [x0 = 0, y0 = 0] = ring[0] ?? []
  return ring.reduce((sum, [x = 0, y = 0], i) => {
    const [nextX = 0, nextY = 0] = ring[(i + 1) % ring.length] ?? []
    return sum + (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)
  }, 0)
}

const extentOf = (chains: Position[][]) =>
  chains
    .flat()
    .reduce(
      ([west = 0, south = 0, east = 0, north = 0], [x = 0, y = 0]) => [
        Math.min(west, x),
        Math.min(south, y),
        Math.max(east, x),
        Math.max(north, y)
      ],
      [Infinity, Infinity, -Infinity, -Infinity]
    )
