import { LINE, POINT, POLYGON } from './columns.ts'

/** What is read from a geometry, part after part. Coordinates are those of the WKB, x y. */
export interface GeometrySink {
  /** Begins a line, a ring or a point. @param outer whether it is the outer ring of a polygon */
  part(kind: number, outer: boolean): void
  vertex(x: number, y: number): void
}

const EWKB_Z = 0x80000000
const EWKB_M = 0x40000000
const EWKB_SRID = 0x20000000

/**
 * Reads WKB (OGC 06-103r4 §8; ISO codes and EWKB flags for Z and M, which are skipped) without making objects of it:
 * lib/wkb.ts does the same at a fifth of the pace. Collections of any kind are their parts, one after the other.
 * @throws RangeError where the bytes end early or are of a type that is not drawn
 */
export class WkbReader {
  #view: DataView = new DataView(new ArrayBuffer(0))
  #at = 0
  readonly #sink: GeometrySink

  constructor(sink: GeometrySink) {
    this.#sink = sink
  }

  /** @param from where the geometry begins in the bytes */
  read(bytes: Uint8Array, from: number): void {
    if (this.#view.buffer !== bytes.buffer || this.#view.byteOffset !== bytes.byteOffset) {
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.#at = from
    this.#geometry()
  }

  #geometry(): void {
    const little = this.#view.getUint8(this.#at++) === 1
    const code = this.#count(little)
    if (code & EWKB_SRID) this.#at += 4
    const iso = code & 0x1fffffff
    const dimension = Math.floor(iso / 1000)
    const hasZ = (code & EWKB_Z) !== 0 || dimension === 1 || dimension === 3
    const hasM = (code & EWKB_M) !== 0 || dimension >= 2
    const stride = 16 + (hasZ ? 8 : 0) + (hasM ? 8 : 0)
    const type = iso % 1000
    if (type === 1) {
      this.#sink.part(POINT, false)
      this.#vertices(1, stride, little)
    } else if (type === 2) {
      this.#sink.part(LINE, false)
      this.#vertices(this.#count(little), stride, little)
    } else if (type === 3) {
      const rings = this.#count(little)
      for (let i = 0; i < rings; i++) {
        this.#sink.part(POLYGON, i === 0)
        this.#vertices(this.#count(little), stride, little)
      }
    } else if (type <= 7) {
      const members = this.#count(little)
      for (let i = 0; i < members; i++) this.#geometry()
    } else throw new RangeError(`WKB geometry type ${iso} is not drawn.`)
  }

  /** An empty point has NaN for its coordinates: it is nowhere. */
  #vertices(count: number, stride: number, little: boolean): void {
    const view = this.#view
    for (let i = 0; i < count; i++, this.#at += stride) {
      const x = view.getFloat64(this.#at, little)
      const y = view.getFloat64(this.#at + 8, little)
      if (!Number.isNaN(x) && !Number.isNaN(y)) this.#sink.vertex(x, y)
    }
  }

  #count(little: boolean): number {
    const count = this.#view.getUint32(this.#at, little)
    this.#at += 4
    return count
  }
}
