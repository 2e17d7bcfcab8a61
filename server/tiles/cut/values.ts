import { PbfReader } from 'pbf'
import { ByteWriter, varintLength } from './byte-writer.ts'
import type { ValueStore } from './columns.ts'
import { type Grow, growBytes, growCounts, share, shared } from './grow.ts'

/** Field numbers of vector_tile.proto. */
const LAYER_VALUES = 4
const STRING = 1
const DOUBLE = 3
const UINT = 5
const SINT = 6
const BOOL = 7

/** Below its negative a whole number takes more than 53 bits with its sign. */
const LARGEST = 2 ** 52

/** Numbers every value that occurs, the same one always alike; those of a store that is added to keep their numbers. */
export class ValueBuilder {
  readonly #base: ValueStore | null
  readonly #first: number
  readonly #bytes: Grow<Uint8Array> = growBytes(65536)
  readonly #ends: Grow<Uint32Array> = growCounts()
  #slots = new Int32Array(1024)
  readonly #writer = new ByteWriter(256)

  constructor(base: ValueStore | null = null) {
    this.#base = base
    this.#first = base ? base.first + base.ends.length : 0
  }

  /** @param value neither null nor undefined */
  number(value: unknown): number {
    this.#writer.length = 0
    writeEntry(value, this.#writer)
    return this.#find()
  }

  /** The number of a text that lies in bytes, as UTF-8. */
  textNumber(bytes: Uint8Array, from: number, to: number): number {
    const writer = this.#writer
    writer.length = 0
    writer.reserve(16)
    writer.varint((LAYER_VALUES << 3) | 2)
    writeBytes(writer, bytes, from, to)
    return this.#find()
  }

  /** The number of what the writer holds. */
  #find(): number {
    const writer = this.#writer
    const hash = hashOf(writer.bytes, 0, writer.length)
    const known = this.#base ? find(this.#base, writer, hash) : -1
    return known >= 0 ? known : this.#place(hash)
  }

  #place(hash: number): number {
    const writer = this.#writer
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let found = this.#slots[slot]!; found > 0; found = this.#slots[slot]!) {
      if (equal(this.#bytes.array, this.#ends.array, found - 1 - this.#first, writer)) return found - 1
      slot = (slot + 1) & mask
    }
    const number = this.#first + this.#ends.length
    this.#slots[slot] = number + 1
    this.#bytes.reserve(writer.length)
    // Most are short: a view of the bytes for each, to copy them by, would take longer than they do.
    const { array, length } = this.#bytes
    for (let i = 0; i < writer.length; i++) array[length + i] = writer.bytes[i]!
    this.#bytes.length += writer.length
    this.#ends.push(this.#bytes.length)
    if (this.#ends.length * 2 > this.#slots.length) this.#rehash()
    return number
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const { array } = this.#bytes
    for (let i = 0, from = 0; i < this.#ends.length; i++) {
      const to = this.#ends.array[i]!
      let slot = hashOf(array, from, to) & (slots.length - 1)
      while (slots[slot]! > 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = this.#first + i + 1
      from = to
    }
    this.#slots = slots
  }

  finish(): ValueStore {
    const slots = shared(Int32Array, this.#slots.length)
    slots.set(this.#slots)
    return { first: this.#first, bytes: share(Uint8Array, this.#bytes), ends: share(Uint32Array, this.#ends), slots }
  }
}

/** Writes a value as the entry of an MVT layer that it is. */
export function writeEntry(value: unknown, writer: ByteWriter): void {
  writer.reserve(16)
  writer.varint((LAYER_VALUES << 3) | 2)
  if (typeof value === 'boolean') writeSmall(writer, BOOL, value ? 1 : 0)
  else if (typeof value !== 'number') writeText(writer, typeof value === 'string' ? value : JSON.stringify(value))
  else if (!Number.isSafeInteger(value) || value < -LARGEST) writeDouble(writer, value)
  else if (value >= 0) writeSmall(writer, UINT, value)
  else writeSmall(writer, SINT, -2 * value - 1)
}

function writeSmall(writer: ByteWriter, field: number, value: number): void {
  const lengthAt = writer.length++
  writer.varint(field << 3)
  writer.varint(value)
  writer.bytes[lengthAt] = writer.length - lengthAt - 1
}

const scratch = new DataView(new ArrayBuffer(8))

function writeDouble(writer: ByteWriter, value: number): void {
  writer.varint(9)
  writer.varint((DOUBLE << 3) | 1)
  scratch.setFloat64(0, value, true)
  for (let i = 0; i < 8; i++) writer.bytes[writer.length++] = scratch.getUint8(i)
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = Buffer.from(text)
  writeBytes(writer, bytes, 0, bytes.length)
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array, from: number, to: number): void {
  const length = to - from
  writer.reserve(length + 24)
  writer.varint(1 + varintLength(length) + length)
  writer.varint((STRING << 3) | 2)
  writer.varint(length)
  writer.append(bytes, from, to)
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}

/** The number of the value a writer holds; -1 where the store has none such. */
function find({ slots, bytes, ends, first }: ValueStore, writer: ByteWriter, hash: number): number {
  let slot = hash & (slots.length - 1)
  for (let found = slots[slot]!; found > 0; found = slots[slot]!) {
    if (equal(bytes, ends, found - 1 - first, writer)) return found - 1
    slot = (slot + 1) & (slots.length - 1)
  }
  return -1
}

function equal(bytes: Uint8Array, ends: Uint32Array, at: number, writer: ByteWriter): boolean {
  const from = at > 0 ? ends[at - 1]! : 0
  if (ends[at]! - from !== writer.length) return false
  for (let i = 0; i < writer.length; i++) if (bytes[from + i] !== writer.bytes[i]) return false
  return true
}

/** What a number stands for, as it was given. */
export function readValue({ first, bytes, ends }: ValueStore, number: number): string | number | boolean {
  const at = number - first
  const entry = new PbfReader(bytes.subarray(at > 0 ? ends[at - 1]! : 0, ends[at]!))
  entry.readVarint()
  entry.readVarint()
  switch (entry.readVarint() >> 3) {
    case STRING:
      return entry.readString()
    case DOUBLE:
      return entry.readDouble()
    case UINT:
      return entry.readVarint()
    case SINT:
      return entry.readSVarint()
    default:
      return entry.readBoolean()
  }
}
