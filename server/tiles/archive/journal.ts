import { crc32 } from 'node:zlib'

/**
 * The journal of an archive that is being written: one record a tile, so that a writer that was killed goes on where
 * it was. A record counts only whole, with its checksum, and after all before it.
 */

export interface Recorded {
  /** The tile's number; tiles before it that have no record are empty. */
  tile: number
  /** Where its bytes lie in the tile data, and how many; 0: it is empty. */
  offset: number
  length: number
  /** Of the bytes, by which equal tiles are found. */
  digest: Buffer
}

export const DIGEST_BYTES = 16
/** tile, offset, length, digest, checksum */
const RECORD = 8 + 8 + 4 + DIGEST_BYTES + 4

export function encodeRecords(records: readonly Recorded[]): Buffer {
  const bytes = Buffer.alloc(records.length * RECORD)
  records.forEach(({ tile, offset, length, digest }, i) => {
    const at = i * RECORD
    bytes.writeDoubleLE(tile, at)
    bytes.writeDoubleLE(offset, at + 8)
    bytes.writeUInt32LE(length, at + 16)
    digest.copy(bytes, at + 20)
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + RECORD - 4)), at + RECORD - 4)
  })
  return bytes
}

/** The records up to the first that is torn, and how many bytes they take. */
export function decodeRecords(bytes: Buffer): { records: Recorded[]; bytes: number } {
  const records: Recorded[] = []
  let at = 0
  for (; at + RECORD <= bytes.length; at += RECORD) {
    if (crc32(bytes.subarray(at, at + RECORD - 4)) !== bytes.readUInt32LE(at + RECORD - 4)) break
    records.push({
      tile: bytes.readDoubleLE(at),
      offset: bytes.readDoubleLE(at + 8),
      length: bytes.readUInt32LE(at + 16),
      digest: bytes.subarray(at + 20, at + 20 + DIGEST_BYTES)
    })
  }
  return { records, bytes: at }
}
