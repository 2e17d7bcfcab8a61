import { crc32 } from 'node:zlib'
import type { Columns } from './columns.ts'

/**
 * Columns as a file: what is in front says how many numbers each array has; the arrays follow as they lie in memory
 * (little-endian, each beginning at a multiple of 8). The file is read into shared memory whole, and the arrays are views.
 */

/** To be raised with every change of `Columns`, or of what its numbers mean. */
const VERSION = 1
const MAGIC = Buffer.from('YITUCOLS')
/** Magic, version, bytes of the heading, checksum of what follows. */
const FRONT = 8 + 4 + 4 + 4 + 4
const ALIGN = 8

/** What lies in a file. */
interface Arrays
  extends Pick<
    Columns,
    'x' | 'y' | 'levels' | 'partEnds' | 'outer' | 'featureEnds' | 'kinds' | 'fids' | 'sizes' | 'labels' | 'fields'
  > {
  tree: Uint8Array
  valueBytes: Uint8Array
  valueEnds: Uint32Array
  valueSlots: Int32Array
}
type View<Its> = new (memory: SharedArrayBuffer, at: number, length: number) => Its

/** In the order of the file. */
const ARRAYS: { [Name in keyof Arrays]: View<Arrays[Name]> } = {
  x: Int32Array,
  y: Int32Array,
  levels: Uint8Array,
  partEnds: Uint32Array,
  outer: Uint8Array,
  featureEnds: Uint32Array,
  kinds: Uint8Array,
  fids: Float64Array,
  sizes: Float64Array,
  labels: Int32Array,
  fields: Int32Array,
  tree: Uint8Array,
  valueBytes: Uint8Array,
  valueEnds: Uint32Array,
  valueSlots: Int32Array
}
const NAMES = Object.keys(ARRAYS) as (keyof Arrays)[]

interface Heading extends Pick<Columns, 'count' | 'shift' | 'originX' | 'originY' | 'width'> {
  /** What the columns are of. */
  key: string
  revision: number
  /** Numbers in each array. */
  lengths: Record<keyof Arrays, number>
}

export interface KeptFile {
  key: string
  revision: number
  columns: Columns
}

/** The file's parts in their order, padding included; the first has no checksum yet (see `seal`). */
export function packColumns({ key, revision, columns }: KeptFile): [front: Buffer, ...rest: Uint8Array[]] {
  const { count, shift, originX, originY, width } = columns
  const arrays = arraysOf(columns)
  const lengths = Object.fromEntries(NAMES.map(name => [name, arrays[name].length])) as Heading['lengths']
  const heading: Heading = { key, revision, count, shift, originX, originY, width, lengths }
  const text = Buffer.from(JSON.stringify(heading))
  const front = Buffer.alloc(FRONT)
  MAGIC.copy(front)
  front.writeUInt32LE(VERSION, 8)
  front.writeUInt32LE(text.length, 12)
  const parts = [text, ...NAMES.map(name => bytesOf(arrays[name]))]
  return [front, ...parts.flatMap(part => [part, new Uint8Array(paddingOf(part.length))])]
}

/** Writes the checksum of what follows it into the front. */
export const seal = (front: Buffer, checksum: number): number => front.writeUInt32LE(checksum, 16)

/** Where the checksum begins to count. */
export const SEALED_FROM = FRONT

/**
 * What a file holds.
 * @param file whole; the columns are views of it
 * @param checksum of everything from `SEALED_FROM` on
 * @returns undefined for a file of another version, or one that is not as it was written
 */
export function unpackColumns(file: SharedArrayBuffer, checksum: number): KeptFile | undefined {
  if (file.byteLength < FRONT) return undefined
  const bytes = Buffer.from(file)
  const isOurs = bytes.subarray(0, 8).equals(MAGIC) && bytes.readUInt32LE(8) === VERSION
  if (!isOurs || bytes.readUInt32LE(16) !== checksum) return undefined
  const length = bytes.readUInt32LE(12)
  const { key, revision, lengths, ...numbers }: Heading = JSON.parse(bytes.toString('utf8', FRONT, FRONT + length))
  let at = FRONT + length + paddingOf(length)
  const take = (name: keyof Arrays) => {
    const array = new ARRAYS[name](file, at, lengths[name])
    at += array.byteLength + paddingOf(array.byteLength)
    return array
  }
  const arrays = Object.fromEntries(NAMES.map(name => [name, take(name)])) as unknown as Arrays
  const { tree, valueBytes, valueEnds, valueSlots, ...rest } = arrays
  const values = { first: 0, bytes: valueBytes, ends: valueEnds, slots: valueSlots }
  return { key, revision, columns: { ...numbers, ...rest, tree: alone(tree), values } }
}

/** The checksum of the parts that follow the front, continued from those before. */
export const checksumOf = (part: Uint8Array, before = 0): number => crc32(part, before)

/** @throws where the values add to another store: such columns mean nothing without it */
function arraysOf({ tree, values, ...columns }: Columns): Arrays {
  if (values.first !== 0) throw new Error('Columns whose values are elsewhere are not kept.')
  return {
    ...columns,
    tree: new Uint8Array(tree ?? new SharedArrayBuffer(0)),
    ...{ valueBytes: values.bytes, valueEnds: values.ends, valueSlots: values.slots }
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const paddingOf = (bytes: number): number => (ALIGN - (bytes % ALIGN)) % ALIGN

/** A search tree is read from the beginning of its memory. */
function alone(tree: Uint8Array): SharedArrayBuffer | null {
  if (tree.length === 0) return null
  const memory = new SharedArrayBuffer(tree.length)
  new Uint8Array(memory).set(tree)
  return memory
}
