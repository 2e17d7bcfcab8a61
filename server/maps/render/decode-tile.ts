import { gunzipSync } from 'node:zlib'
import type { DecodedLayer, DecodedTile, Value } from './decoded-tile.ts'

/**
 * Reads a Mapbox Vector Tile (2.1), plain or gzip.
 * @throws RangeError where the bytes end too early
 */
export function decodeTile(bytes: Uint8Array): DecodedTile {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  const reader = new Reader(plain)
  const layers = new Map<string, DecodedLayer>()
  while (reader.at < plain.length) {
    const tag = reader.varint()
    if (tag !== field(3, BYTES)) reader.skip(tag)
    else {
      const layer = decodeLayer(reader, reader.varint() + reader.at)
      layers.set(layer.name, layer)
    }
  }
  return layers
}

const [VARINT, DOUBLE, BYTES, FLOAT] = [0, 1, 2, 5]
const field = (number: number, wire: number) => (number << 3) | wire

function decodeLayer(reader: Reader, end: number): DecodedLayer {
  let [name, extent] = ['', 4096]
  const keys: string[] = []
  const values: Value[] = []
  const features: number[] = []
  let vertices = 0
  let tagCount = 0
  while (reader.at < end) {
    const tag = reader.varint()
    if (tag === field(1, BYTES)) name = reader.text()
    else if (tag === field(5, VARINT)) extent = reader.varint() || 4096
    else if (tag === field(3, BYTES)) keys.push(reader.text())
    else if (tag === field(4, BYTES)) values.push(readValue(reader))
    else if (tag === field(2, BYTES)) {
      const length = reader.varint()
      features.push(reader.at, reader.at + length)
      // No vertex and no tag takes less than two bytes.
      vertices += length >> 1
      tagCount += length
      reader.at += length
    } else reader.skip(tag)
  }
  const count = features.length / 2
  const room = new Room(count, vertices, tagCount)
  for (let i = 0; i < count; i++) readFeature(reader, features[2 * i]!, features[2 * i + 1]!, i, room)
  reader.at = end
  return { name, extent, count, keys, values, columns: new Map(), ...room.cut(keys.length, values.length) }
}

function readValue(reader: Reader): Value {
  const end = reader.varint() + reader.at
  let value: Value = ''
  while (reader.at < end) {
    const tag = reader.varint()
    if (tag === field(1, BYTES)) value = reader.text()
    else if (tag === field(2, FLOAT)) value = reader.float()
    else if (tag === field(3, DOUBLE)) value = reader.double()
    else if (tag === field(4, VARINT)) value = reader.long()
    else if (tag === field(5, VARINT)) value = reader.varint()
    else if (tag === field(6, VARINT)) value = reader.zigzag()
    else if (tag === field(7, VARINT)) value = reader.varint() !== 0
    else reader.skip(tag)
  }
  return value
}

/** Arrays with room for what is read, cut to size at the end. */
class Room {
  type: Uint8Array
  id: Float64Array
  partStart: Uint32Array
  tagStart: Uint32Array
  box: Int32Array
  vertexStart: Uint32Array
  xy: Int32Array
  tags: Uint32Array
  parts = 0
  vertices = 0
  tagCount = 0

  constructor(count: number, vertices: number, tags: number) {
    this.type = new Uint8Array(count)
    this.id = new Float64Array(count).fill(Number.NaN)
    this.partStart = new Uint32Array(count + 1)
    this.tagStart = new Uint32Array(count + 1)
    this.box = new Int32Array(4 * count)
    this.vertexStart = new Uint32Array(vertices + count + 1)
    this.xy = new Int32Array(2 * vertices)
    this.tags = new Uint32Array(tags)
  }

  cut(keys: number, values: number) {
    const { type, id, partStart, tagStart, box } = this
    const vertexStart = this.vertexStart.slice(0, this.parts + 1)
    const xy = this.xy.slice(0, 2 * this.vertices)
    const tags = this.tags.slice(0, this.tagCount)
    const size = 40 * type.length + 4 * (vertexStart.length + xy.length + tags.length) + 40 * (keys + values) + 200
    return { type, id, partStart, tagStart, box, vertexStart, xy, tags, size }
  }
}

function readFeature(reader: Reader, from: number, end: number, i: number, room: Room): void {
  reader.at = from
  while (reader.at < end) {
    const tag = reader.varint()
    if (tag === field(1, VARINT)) room.id[i] = reader.varint()
    else if (tag === field(3, VARINT)) room.type[i] = reader.varint()
    else if (tag === field(2, BYTES)) {
      const stop = reader.varint() + reader.at
      while (reader.at < stop) room.tags[room.tagCount++] = reader.varint()
      // A key without a value is none.
      if ((room.tagCount - room.tagStart[i]!) % 2 === 1) room.tagCount--
    } else if (tag === field(4, BYTES)) readGeometry(reader, reader.varint() + reader.at, i, room)
    else reader.skip(tag)
  }
  room.partStart[i + 1] = room.parts
  room.tagStart[i + 1] = room.tagCount
}

const [MOVE, LINE, CLOSE] = [1, 2, 7]

/** Commands and differences (MVT 2.1 §4.3); a part begins at each MoveTo. */
function readGeometry(reader: Reader, end: number, i: number, room: Room): void {
  const { xy, vertexStart, box } = room
  let [x, y] = [0, 0]
  let [minX, minY, maxX, maxY] = [0x7fffffff, 0x7fffffff, -0x80000000, -0x80000000]
  while (reader.at < end) {
    const command = reader.varint()
    const times = command >>> 3
    const kind = command & 7
    if (kind === CLOSE) continue
    if (kind !== MOVE && kind !== LINE) return
    if (kind === MOVE && room.vertices > vertexStart[room.parts]!) vertexStart[++room.parts] = room.vertices
    for (let k = 0; k < times && reader.at < end; k++) {
      x += reader.zigzag()
      y += reader.zigzag()
      xy[2 * room.vertices] = x
      xy[2 * room.vertices++ + 1] = y
      if (x < minX) minX = x
      if (x > maxX) maxX = x
      if (y < minY) minY = y
      if (y > maxY) maxY = y
    }
  }
  if (room.vertices > vertexStart[room.parts]!) vertexStart[++room.parts] = room.vertices
  box[4 * i] = minX
  box[4 * i + 1] = minY
  box[4 * i + 2] = maxX
  box[4 * i + 3] = maxY
}

const texts = new TextDecoder()

/** Protocol Buffers, as far as vector tiles need them. */
class Reader {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  varint(): number {
    const bytes = this.#bytes
    let byte = bytes[this.at++]!
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let factor = 0x80; factor <= 0x8000000000000000; factor *= 0x80) {
      byte = bytes[this.at++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new RangeError('A vector tile ends too early.')
  }

  zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** int64: negative numbers take ten bytes, more than a double can hold on the way. */
  long(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    return Number(BigInt.asIntN(64, value))
  }

  float(): number {
    this.at += 4
    return this.#view.getFloat32(this.at - 4, true)
  }

  double(): number {
    this.at += 8
    return this.#view.getFloat64(this.at - 8, true)
  }

  text(): string {
    const length = this.varint()
    this.at += length
    return texts.decode(this.#bytes.subarray(this.at - length, this.at))
  }

  skip(tag: number): void {
    const wire = tag & 7
    if (wire === VARINT) this.varint()
    else if (wire === DOUBLE) this.at += 8
    else if (wire === FLOAT) this.at += 4
    else if (wire === BYTES) {
      const length = this.varint()
      this.at += length
    } else throw new RangeError('A vector tile is not well formed.')
  }
}
