/** Bytes in the making: the parts of the protobuf wire format that a vector tile needs. One is used again and again. */
export class ByteWriter {
  bytes: Uint8Array
  length = 0

  constructor(size = 65536) {
    this.bytes = new Uint8Array(size)
  }

  /** Makes room for so many more bytes; the writers below need it to be there. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  /** A whole number from 0 to 2^53, seven bits a byte. */
  varint(value: number): void {
    const { bytes } = this
    let at = this.length
    while (value > 0x7fffffff) {
      bytes[at++] = (value % 128) | 128
      value = Math.floor(value / 128)
    }
    while (value > 127) {
      bytes[at++] = (value & 127) | 128
      value >>>= 7
    }
    bytes[at++] = value
    this.length = at
  }

  /** A 32-bit whole number, the sign in the last bit (zigzag). */
  signed(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** Room is made. */
  append(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from)
    const { bytes, length } = this
    if (to - from > 96) bytes.set(source.subarray(from, to), length)
    else for (let i = from, at = length; i < to; i++) bytes[at++] = source[i]!
    this.length = length + to - from
  }

  /** A field of bytes (wire type 2): its head and what is in another writer. Room is made. */
  message(field: number, content: ByteWriter): void {
    this.reserve(content.length + 16)
    this.varint((field << 3) | 2)
    this.varint(content.length)
    this.append(content.bytes, 0, content.length)
  }

  text(field: number, text: string): void {
    const bytes = Buffer.from(text)
    this.reserve(bytes.length + 16)
    this.varint((field << 3) | 2)
    this.varint(bytes.length)
    this.append(bytes, 0, bytes.length)
  }

  /** A field of a whole number (wire type 0). Room is made. */
  number(field: number, value: number): void {
    this.reserve(16)
    this.varint(field << 3)
    this.varint(value)
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length) as Uint8Array<ArrayBuffer>
  }
}

/** How many bytes a whole number takes. */
export function varintLength(value: number): number {
  let length = 1
  while (value > 127) {
    value = Math.floor(value / 128)
    length++
  }
  return length
}
