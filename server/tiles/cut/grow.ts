type Numbers = Float64Array | Int32Array | Uint32Array | Uint8Array

/** A typed array that grows: what is not known beforehand is gathered in it. */
export class Grow<T extends Numbers> {
  /** Only the first `length` count; made anew as it grows, so that nobody should hold on to it. */
  array: T
  length = 0
  readonly #make: (size: number) => T

  constructor(make: (size: number) => T, size = 1024) {
    this.#make = make
    this.array = make(size)
  }

  push(value: number): void {
    if (this.length === this.array.length) this.reserve(1)
    this.array[this.length++] = value
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.array.length) return
    const larger = this.#make(Math.max(needed, this.array.length * 2))
    larger.set(this.array)
    this.array = larger
  }
}

export const growFloats = (size?: number): Grow<Float64Array> => new Grow(length => new Float64Array(length), size)
export const growInts = (size?: number): Grow<Int32Array> => new Grow(length => new Int32Array(length), size)
export const growCounts = (size?: number): Grow<Uint32Array> => new Grow(length => new Uint32Array(length), size)
export const growBytes = (size?: number): Grow<Uint8Array> => new Grow(length => new Uint8Array(length), size)

type Shared = Int32Array | Uint32Array | Uint8Array | Float64Array
type Constructor<T extends Shared> = { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number }

/** An array of zeros that all threads share. */
export const shared = <T extends Shared>(Type: Constructor<T>, length: number): T =>
  new Type(new SharedArrayBuffer(length * Type.BYTES_PER_ELEMENT))

/** What was gathered, in shared memory of exactly its size. */
export function share<T extends Shared>(Type: Constructor<T>, { array, length }: Grow<T>): T {
  const copy = shared(Type, length)
  copy.set(array.subarray(0, length) as never)
  return copy
}
