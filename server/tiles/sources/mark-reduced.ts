import { noteOf, REDUCED } from '../reduced-note.ts'

/**
 * Writes into every MVT layer of a tile how many features it shows as they are, and of how many.
 * @param mvt whole layers, as ST_AsMVT makes them
 */
export function markReduced(mvt: Uint8Array, { shown, total }: { shown: number; total: number }): Uint8Array {
  const note = Uint8Array.from([...field(REDUCED.shown, shown), ...field(REDUCED.total, total)])
  const parts: Uint8Array[] = []
  for (let at = 0; at < mvt.length; ) {
    const length = readVarint(mvt, at + 1)
    const end = length.next + length.value
    parts.push(mvt.subarray(at, at + 1), Uint8Array.from(varint(length.value + note.length)))
    parts.push(mvt.subarray(length.next, end), note)
    at = end
  }
  return Buffer.concat(parts)
}

const field = (number: number, count: number) => [...varint(number << 3), ...varint(noteOf(count))]

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0
  for (let i = from, factor = 1; ; i++, factor *= 128) {
    const byte = bytes[i] ?? 0
    value += (byte & 127) * factor
    if (byte < 128) return { value, next: i + 1 }
  }
}
