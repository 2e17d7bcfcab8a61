import type { Geometry, Position } from 'geojson'

/**
 * Well-known binary of geometries: OGC 06-103r4 §8 (and its ISO 13249-3 codes for Z and M), with the extra flags and
 * SRID of PostGIS EWKB tolerated on reading. Coordinates pass through untouched, x y: what CRS they are in, the
 * caller knows. The platform is two-dimensional: Z and M are skipped.
 */

const TYPES = [
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection'
] as const

const EWKB_Z = 0x80000000
const EWKB_M = 0x40000000
const EWKB_SRID = 0x20000000

/** `ST_AsBinary` writes an empty point with NaN coordinates; GeoJSON has it as `[]` (RFC 7946 §3.1). */
const position = (x: number, y: number): Position => (Number.isNaN(x) && Number.isNaN(y) ? [] : [x, y])

interface Coordinates {
  Point: Position
  LineString: Position[]
  Polygon: Position[][]
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  geometry(): Geometry {
    const order = this.#bytes.readUInt8(this.#at++)
    if (order > 1) throw new RangeError(`WKB byte order must be 0 or 1, not ${order}.`)
    const little = order === 1
    const code = this.#count(little)
    if (code & EWKB_SRID) this.#at += 4
    const iso = code & 0x1fffffff
    const type = TYPES[(iso % 1000) - 1]
    const dimension = Math.floor(iso / 1000)
    if (!type || dimension > 3) throw new RangeError(`WKB geometry type ${iso} is not one of ${TYPES.join(', ')}.`)
    const hasZ = (code & EWKB_Z) !== 0 || dimension === 1 || dimension === 3
    const hasM = (code & EWKB_M) !== 0 || dimension >= 2
    const stride = 16 + (hasZ ? 8 : 0) + (hasM ? 8 : 0)
    switch (type) {
      case 'Point':
        return { type, coordinates: this.#position(little, stride) }
      case 'LineString':
        return { type, coordinates: this.#line(little, stride) }
      case 'Polygon':
        return { type, coordinates: this.#list(little, () => this.#line(little, stride)) }
      case 'MultiPoint':
        return { type, coordinates: this.#members(little, 'Point') }
      case 'MultiLineString':
        return { type, coordinates: this.#members(little, 'LineString') }
      case 'MultiPolygon':
        return { type, coordinates: this.#members(little, 'Polygon') }
      case 'GeometryCollection':
        return { type, geometries: this.#list(little, () => this.geometry()) }
    }
  }

  #members<T extends keyof Coordinates>(little: boolean, type: T): Coordinates[T][] {
    return this.#list(little, () => {
      const member: { type: string; coordinates?: unknown } = this.geometry()
      if (member.type !== type) throw new RangeError(`WKB Multi${type} holds a ${member.type}.`)
      return member.coordinates as Coordinates[T]
    })
  }

  #list<T>(little: boolean, read: () => T): T[] {
    const count = this.#count(little)
    const items: T[] = []
    for (let i = 0; i < count; i++) items.push(read())
    return items
  }

  #line(little: boolean, stride: number): Position[] {
    const count = this.#count(little)
    const positions: Position[] = []
    for (let i = 0; i < count; i++) positions.push(this.#position(little, stride))
    return positions
  }

  #position(little: boolean, stride: number): Position {
    const bytes = this.#bytes
    const at = this.#at
    this.#at += stride
    if (this.#at > bytes.length) throw new RangeError('WKB ends inside a coordinate.')
    return little
      ? position(bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8))
      : position(bytes.readDoubleBE(at), bytes.readDoubleBE(at + 8))
  }

  #count(little: boolean): number {
    const at = this.#at
    this.#at += 4
    return little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at)
  }
}

/**
 * Reads one geometry, either byte order; Z and M are skipped.
 * @throws RangeError where the bytes are cut short, go on after the geometry, or are of a type GeoJSON has not
 */
export function readWkb(bytes: Buffer): Geometry {
  const reader = new Reader(bytes)
  const geometry = reader.geometry()
  if (reader.left !== 0) throw new RangeError(`WKB has ${reader.left} bytes after its geometry.`)
  return geometry
}

/** Writes a geometry as two-dimensional little-endian WKB: the first two numbers of each position, x y. */
export function writeWkb(geometry: Geometry): Buffer {
  const bytes = Buffer.allocUnsafe(sizeOf(geometry))
  writeGeometry(bytes, 0, geometry)
  return bytes
}

const HEAD = 5
const COUNT = 4
const POSITION = 16

const sum = <T>(items: readonly T[], size: (item: T) => number) => items.reduce((all, item) => all + size(item), 0)
const lineSize = (line: Position[]) => COUNT + line.length * POSITION
const polygonSize = (rings: Position[][]) => COUNT + sum(rings, lineSize)

function sizeOf(geometry: Geometry): number {
  switch (geometry.type) {
    case 'Point':
      return HEAD + POSITION
    case 'LineString':
      return HEAD + lineSize(geometry.coordinates)
    case 'Polygon':
      return HEAD + polygonSize(geometry.coordinates)
    case 'MultiPoint':
      return HEAD + COUNT + geometry.coordinates.length * (HEAD + POSITION)
    case 'MultiLineString':
      return HEAD + COUNT + sum(geometry.coordinates, line => HEAD + lineSize(line))
    case 'MultiPolygon':
      return HEAD + COUNT + sum(geometry.coordinates, rings => HEAD + polygonSize(rings))
    case 'GeometryCollection':
      return HEAD + COUNT + sum(geometry.geometries, sizeOf)
  }
}

/** Each writer returns where the next one goes on. */
function writeGeometry(bytes: Buffer, start: number, geometry: Geometry): number {
  const at = writeHead(bytes, start, geometry.type)
  switch (geometry.type) {
    case 'Point':
      return writePosition(bytes, at, geometry.coordinates)
    case 'LineString':
      return writeList(bytes, at, geometry.coordinates, writePosition)
    case 'Polygon':
      return writeList(bytes, at, geometry.coordinates, writeLine)
    case 'MultiPoint':
      return writeList(bytes, at, geometry.coordinates, (b, i, c) => writePosition(b, writeHead(b, i, 'Point'), c))
    case 'MultiLineString':
      return writeList(bytes, at, geometry.coordinates, (b, i, c) => writeLine(b, writeHead(b, i, 'LineString'), c))
    case 'MultiPolygon':
      return writeList(bytes, at, geometry.coordinates, (b, i, c) =>
        writeList(b, writeHead(b, i, 'Polygon'), c, writeLine)
      )
    case 'GeometryCollection':
      return writeList(bytes, at, geometry.geometries, writeGeometry)
  }
}

const writeHead = (bytes: Buffer, at: number, type: Geometry['type']) =>
  bytes.writeUInt32LE(TYPES.indexOf(type) + 1, bytes.writeUInt8(1, at))

const writeLine = (bytes: Buffer, at: number, line: Position[]) => writeList(bytes, at, line, writePosition)

const writePosition = (bytes: Buffer, at: number, [x = Number.NaN, y = Number.NaN]: Position) =>
  bytes.writeDoubleLE(y, bytes.writeDoubleLE(x, at))

function writeList<T>(
  bytes: Buffer,
  at: number,
  items: readonly T[],
  write: (bytes: Buffer, at: number, item: T) => number
): number {
  return items.reduce((next, item) => write(bytes, next, item), bytes.writeUInt32LE(items.length, at))
}
