import { noteOf, REDUCED } from '../reduced-note.ts'
import { EXTENT } from '../scheme.ts'
import { ByteWriter } from './byte-writer.ts'
import { type Columns, NO_VALUE } from './columns.ts'
import { type Grow, growCounts } from './grow.ts'
import { writeEntry } from './values.ts'

/** Field numbers of vector_tile.proto. */
const TILE_LAYERS = 3
const LAYER = { name: 1, features: 2, keys: 3, extent: 5, version: 15 }
const FEATURE = { id: 1, tags: 2, type: 3, geometry: 4 }

/** Which of the columns' fields features carry, and what they are called. */
export interface FieldChoice {
  columns: readonly number[]
  /** By column. */
  names: readonly string[]
}

/** Stands for a value that no row has. */
const OWN = 0xffffffff

/** Writes one layer of a vector tile after the other (MVT 2.1 §4.1), features as they come, each value once. */
export class LayerWriter {
  readonly #features = new ByteWriter(1 << 20)
  readonly #tags = new ByteWriter()
  readonly #body = new ByteWriter(1 << 20)
  /** The keys and values of the layer that was finished last, as they are written. */
  readonly #tables = new ByteWriter()
  readonly #keys: string[] = []
  readonly #columnKeys: number[] = []
  /** By number of a value: a stamp, and where it stands in this layer if the stamp is this layer's. Side by side, as values lie far apart. */
  #places = new Uint32Array(0)
  #stamp = 0
  /** The layer's values in their order, by number; OWN where it is the next of those that no row has. */
  readonly #numbers: Grow<Uint32Array> = growCounts()
  readonly #own = new Map<unknown, number>()
  #count = 0
  /** How many keys and values `#tables` has: layers that share them may add some. */
  #written = { keys: 0, values: 0 }

  /** @param values how many values there are to choose from */
  begin(values: number): void {
    if (this.#places.length < values * 2) {
      this.#places = new Uint32Array(values * 2)
      this.#stamp = 0
    }
    this.#stamp++
    this.again()
    this.#keys.length = 0
    this.#columnKeys.length = 0
    this.#numbers.length = 0
    this.#own.clear()
    this.#tables.length = 0
    this.#written = { keys: 0, values: 0 }
  }

  /**
   * Begins a layer that has the keys and values of the one before, whichever of them its features use: for one with most
   * of the same features.
   */
  again(): void {
    this.#features.length = 0
    this.#count = 0
  }

  /** How many features the layer has. */
  get count(): number {
    return this.#count
  }

  /** The fields of a feature, for the one that is written next. */
  tag(columns: Columns, feature: number, { columns: chosen, names }: FieldChoice): void {
    const tags = this.#tags
    tags.length = 0
    tags.reserve(chosen.length * 10)
    const { fields, width } = columns
    const places = this.#places
    const stamp = this.#stamp
    const row = feature * width
    for (let i = 0; i < chosen.length; i++) {
      const column = chosen[i]!
      const number = fields[row + column]!
      if (number === NO_VALUE) continue
      tags.varint(this.#columnKeys[column] ?? this.#addKey(column, names[column]!))
      if (places[number * 2] !== stamp) {
        places[number * 2] = stamp
        places[number * 2 + 1] = this.#numbers.length
        this.#numbers.push(number)
      }
      tags.varint(places[number * 2 + 1]!)
    }
  }

  /** Fields that no row has, for the feature that is written next. */
  tagOwn(fields: Record<string, string | number | boolean>): void {
    this.#tags.length = 0
    for (const [name, value] of Object.entries(fields)) {
      this.#tags.reserve(16)
      const key = this.#keys.indexOf(name)
      this.#tags.varint(key >= 0 ? key : this.#keys.push(name) - 1)
      this.#tags.varint(this.#own.get(value) ?? this.#addOwn(value))
    }
  }

  #addOwn(value: unknown): number {
    const place = this.#numbers.length
    this.#own.set(value, place)
    this.#numbers.push(OWN)
    return place
  }

  #addKey(column: number, name: string): number {
    const key = this.#keys.push(name) - 1
    this.#columnKeys[column] = key
    return key
  }

  /** Adds a feature with the fields last tagged. @param id null: it has none, as it stands for several */
  feature(id: number | null, kind: number, commands: ByteWriter): void {
    const tags = this.#tags
    const body = this.#body
    body.length = 0
    body.reserve(commands.length + tags.length + 64)
    if (id !== null) body.number(FEATURE.id, id)
    if (tags.length > 0) body.message(FEATURE.tags, tags)
    body.number(FEATURE.type, kind)
    body.message(FEATURE.geometry, commands)
    this.#features.message(LAYER.features, body)
    this.#count++
  }

  /** Adds the layer to a tile, unless nothing is in it. @param stores of the values that were tagged */
  finish(tile: ByteWriter, name: string, stores: readonly Columns[], reduced: Reduced | null): void {
    if (this.#count === 0) return
    const body = this.#body
    body.length = 0
    body.number(LAYER.version, 2)
    body.text(LAYER.name, name)
    body.append(this.#features.bytes, 0, this.#features.length)
    if (!this.#areWritten()) this.#writeTables(stores)
    body.append(this.#tables.bytes, 0, this.#tables.length)
    body.number(LAYER.extent, EXTENT)
    if (reduced) {
      body.number(REDUCED.shown, noteOf(reduced.shown))
      body.number(REDUCED.total, noteOf(reduced.total))
    }
    tile.message(TILE_LAYERS, body)
  }

  #areWritten(): boolean {
    return this.#written.keys === this.#keys.length && this.#written.values === this.#numbers.length
  }

  #writeTables(stores: readonly Columns[]): void {
    const tables = this.#tables
    tables.length = 0
    this.#written = { keys: this.#keys.length, values: this.#numbers.length }
    for (const key of this.#keys) tables.text(LAYER.keys, key)
    const own = this.#own.keys()
    let store = stores[0]!.values
    const { array: numbers, length } = this.#numbers
    for (let i = 0, next = 0; i < length; i = next) {
      const number = numbers[i]!
      next = i + 1
      if (number === OWN) {
        writeEntry(own.next().value, tables)
        continue
      }
      if (number < store.first || number >= store.first + store.ends.length)
        store = stores.find(({ values }) => number < values.first + values.ends.length)!.values
      const at = number - store.first
      // What only one row has lies side by side.
      while (next < length && numbers[next] === number + next - i && at + next - i < store.ends.length) next++
      tables.append(store.bytes, at > 0 ? store.ends[at - 1]! : 0, store.ends[at + next - i - 1]!)
    }
  }
}

export interface Reduced {
  shown: number
  total: number
}
