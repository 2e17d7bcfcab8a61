import Flatbush from 'flatbush'
import type { RowBatch } from '../row-batch.ts'
import { type Columns, NO_VALUE, POLYGON, type ValueStore } from './columns.ts'
import { GeometryGatherer } from './gather-geometry.ts'
import { type Grow, growFloats, growInts, share, shared } from './grow.ts'
import { placeLabels } from './place-labels.ts'
import { readInt8, readPlain, readRecords } from './read-records.ts'
import { WkbReader } from './read-wkb.ts'
import { ValueBuilder } from './values.ts'
import { markLevels } from './vertex-levels.ts'

export interface BuildSpec {
  /** How many fields a row has, `feature_id` apart. */
  fields: number
  /** The deepest zoom tiles are made for: all vertices are in them. */
  maxZoom: number
  /** Whether features get label points. */
  labels: boolean
}

/** 2^36 units are the world's girth: 0.6 mm. Int32 holds an eleventh part of 360° so; what is wider gets larger units. */
const FINEST = 36
const WIDEST = 2 ** 31 - 1

/** Gathers rows, in the order of their fids, and makes columns of them. */
export class ColumnBuilder {
  readonly #spec: BuildSpec
  readonly #shapes = new GeometryGatherer()
  readonly #reader = new WkbReader(this.#shapes)
  readonly #fids: Grow<Float64Array> = growFloats()
  readonly #fields: Grow<Int32Array> = growInts()
  readonly #values: ValueBuilder

  /** @param base a store whose values keep their numbers */
  constructor(spec: BuildSpec, base: ValueStore | null = null) {
    this.#spec = spec
    this.#values = new ValueBuilder(base)
  }

  /** Rows that are nowhere are left out: no tile has them. */
  add({ fids, featureIds, values, wkb, ends }: RowBatch): void {
    const { fields } = this.#spec
    for (let i = 0; i < fids.length; i++) {
      this.#reader.read(wkb, i > 0 ? ends[i - 1]! : 0)
      if (!this.#shapes.endFeature()) continue
      this.#fids.push(fids[i]!)
      const row = values[i]!
      for (let field = 0; field < fields; field++) this.#fields.push(this.#number(row[field]))
      this.#fields.push(this.#number(featureIds[i]))
    }
  }

  /** Rows as `record_send` writes them: `fid`, `feature_id`, the geometry as WKB and the fields. */
  addRecords(bytes: Uint8Array): void {
    const { fields } = this.#spec
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const numbers = new Int32Array(fields + 1)
    let fid = 0
    readRecords(view, {
      begin: () => {},
      value: (column, oid, from, to) => {
        if (column === 0) fid = readInt8(view, from)
        else if (column === 2) this.#reader.read(bytes, from)
        else numbers[column === 1 ? fields : column - 3] = this.#recorded(view, bytes, oid, from, to)
      },
      end: () => {
        if (!this.#shapes.endFeature()) return
        this.#fids.push(fid)
        for (let field = 0; field <= fields; field++) this.#fields.push(numbers[field]!)
      }
    })
  }

  #recorded(view: DataView, bytes: Uint8Array, oid: number, from: number, to: number): number {
    if (from < 0) return NO_VALUE
    const plain = readPlain(view, oid, from)
    return plain === undefined ? this.#values.textNumber(bytes, from, to) : this.#values.number(plain)
  }

  #number(value: unknown): number {
    return value === null || value === undefined ? NO_VALUE : this.#values.number(value)
  }

  finish(): Columns {
    const { vertices, sizes } = this.#shapes
    const grid = gridOf(vertices)
    const count = this.#fids.length
    const unit = 2 ** grid.shift
    const columns: Columns = {
      ...grid,
      count,
      x: shared(Int32Array, vertices.length / 2),
      y: shared(Int32Array, vertices.length / 2),
      levels: shared(Uint8Array, vertices.length / 2),
      partEnds: share(Uint32Array, this.#shapes.partEnds),
      outer: share(Uint8Array, this.#shapes.outer),
      featureEnds: share(Uint32Array, this.#shapes.featureEnds),
      kinds: share(Uint8Array, this.#shapes.kinds),
      fids: share(Float64Array, this.#fids),
      sizes: share(Float64Array, sizes),
      labels: shared(Int32Array, this.#spec.labels ? count * 2 : 0),
      tree: null,
      width: this.#spec.fields + 1,
      fields: share(Int32Array, this.#fields),
      values: this.#values.finish()
    }
    for (let i = 0; i < columns.x.length; i++) {
      columns.x[i] = Math.round(vertices.array[i * 2]! * unit) - grid.originX
      columns.y[i] = Math.round(vertices.array[i * 2 + 1]! * unit) - grid.originY
    }
    for (let i = 0; i < count; i++) columns.sizes[i]! *= columns.kinds[i] === POLYGON ? unit * unit : unit
    columns.tree = makeTree(columns)
    markLevels(columns, this.#spec.maxZoom)
    if (this.#spec.labels) placeLabels(columns)
    return columns
  }
}

function gridOf({ array, length }: Grow<Float64Array>): Pick<Columns, 'shift' | 'originX' | 'originY'> {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < length; i += 2) {
    west = Math.min(west, array[i]!)
    east = Math.max(east, array[i]!)
    north = Math.min(north, array[i + 1]!)
    south = Math.max(south, array[i + 1]!)
  }
  if (length === 0) return { shift: FINEST, originX: 0, originY: 0 }
  const widest = Math.max(east - west, south - north)
  let shift = FINEST
  while (widest * 2 ** shift + 2 > WIDEST) shift--
  return { shift, originX: Math.round(west * 2 ** shift), originY: Math.round(north * 2 ** shift) }
}

function makeTree({ count, x, y, partEnds, featureEnds }: Columns): SharedArrayBuffer | null {
  if (count === 0) return null
  const tree = new Flatbush(count, 16, Int32Array, SharedArrayBuffer)
  let from = 0
  for (let feature = 0; feature < count; feature++) {
    const end = partEnds[featureEnds[feature]! - 1]!
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity]
    for (; from < end; from++) {
      west = Math.min(west, x[from]!)
      east = Math.max(east, x[from]!)
      north = Math.min(north, y[from]!)
      south = Math.max(south, y[from]!)
    }
    tree.add(west, north, east, south)
  }
  tree.finish()
  return tree.data as SharedArrayBuffer
}
