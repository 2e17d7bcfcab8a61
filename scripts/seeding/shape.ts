import { type Point, type Ring, signedArea } from './plane.ts'
import { round, toDegrees } from './projection.ts'

/** A geometry in EPSG:4547 metres; polygon rings open, the outer one first. */
export type Shape =
  | { type: 'Point'; at: Point }
  | { type: 'LineString'; line: readonly Point[] }
  | { type: 'Polygon'; rings: Ring[] }
  | { type: 'MultiPolygon'; polygons: Ring[][] }

const CODE = { Point: 1, LineString: 2, Polygon: 3, MultiPolygon: 6 } as const

/** Well-known binary, little endian, longitude latitude degrees; metres are rounded to 0.1 mm first. */
export function toWkb(shape: Shape): Buffer {
  const out: number[] = []
  const sizes = write(shape, out)
  const buffer = Buffer.allocUnsafe(sizes)
  let offset = 0
  for (let i = 0; i < out.length; i += 2) {
    const value = out[i + 1]!
    switch (out[i]) {
      case 1:
        offset = buffer.writeUInt8(value, offset)
        break
      case 4:
        offset = buffer.writeUInt32LE(value, offset)
        break
      default:
        offset = buffer.writeDoubleLE(value, offset)
    }
  }
  return buffer
}

/** Lists (width, value) pairs and returns the bytes they take. */
function write(shape: Shape, out: number[]): number {
  let size = 0
  const put = (width: 1 | 4 | 8, value: number) => {
    out.push(width, value)
    size += width
  }
  const head = (type: keyof typeof CODE) => {
    put(1, 1)
    put(4, CODE[type])
  }
  const points = (list: readonly Point[]) => {
    put(4, list.length)
    for (const point of list) {
      const [lon, lat] = toDegrees(point)
      put(8, lon)
      put(8, lat)
    }
  }
  const polygon = (rings: readonly Ring[]) => {
    const kept = rings.map(distinct).filter((ring, i) => i === 0 || ring.length > 2)
    put(4, kept.length)
    kept.forEach((ring, i) => {
      const turned = signedArea(ring) > 0 === (i === 0) ? ring : ring.toReversed()
      points([...turned, turned[0]!])
    })
  }
  head(shape.type)
  if (shape.type === 'Point') {
    const [lon, lat] = toDegrees(shape.at)
    put(8, lon)
    put(8, lat)
  } else if (shape.type === 'LineString') points(shape.line)
  else if (shape.type === 'Polygon') polygon(shape.rings)
  else {
    put(4, shape.polygons.length)
    for (const rings of shape.polygons) {
      head('Polygon')
      polygon(rings)
    }
  }
  return size
}

/** Drops points that fall on the one before at 0.1 mm. */
const distinct = (ring: Ring): Ring =>
  ring.filter((p, i) => {
    const before = ring[(i + ring.length - 1) % ring.length]!
    return round(p[0]) !== round(before[0]) || round(p[1]) !== round(before[1])
  })
