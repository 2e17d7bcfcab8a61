import { deflateRawSync } from 'node:zlib'
import { crc32 } from './crc32.ts'

export interface ZipMember {
  /** Bytes are written as they are: that is how a Chinese Windows writes names in GBK. */
  name: string | Buffer
  data: Buffer
  /** What the directory claims, where that is not the truth. */
  claimedBytes?: number
}

/** A zip archive (APPNOTE 4.3): local headers with deflated data, then the central directory. */
export function zip(members: ZipMember[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, claimedBytes } of members) {
    const bytes = Buffer.isBuffer(name) ? name : Buffer.from(name)
    const packed = deflateRawSync(data)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(Buffer.isBuffer(name) ? 0 : 0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claimedBytes ?? data.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, bytes, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, bytes]))
    locals.push(local)
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, entries, end])
}
