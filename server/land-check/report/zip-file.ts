import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipMember {
  name: string
  data: Buffer
}

const VERSION = 20
/** Bit 11: names are UTF-8 (APPNOTE 4.4.4). */
const FLAGS = 0x0800
const DEFLATED = 8

/** A zip (PKWARE APPNOTE 6.3), every member of the same moment: the same members give the same bytes. */
export function zipFile(members: readonly ZipMember[], moment: Date): Buffer {
  const time = (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1)
  const date =
    (Math.max(0, moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate()
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data } of members) {
    const label = Buffer.from(name, 'utf8')
    const packed = deflateRawSync(data)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(VERSION, 0)
    common.writeUInt16LE(FLAGS, 2)
    common.writeUInt16LE(DEFLATED, 4)
    common.writeUInt16LE(time, 6)
    common.writeUInt16LE(date, 8)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(label.length, 22)
    const entryTail = Buffer.alloc(14)
    entryTail.writeUInt32LE(offset, 10)
    bodies.push(signature(0x04034b50), common, label, packed)
    directory.push(signature(0x02014b50), Buffer.from([VERSION, 0]), common, entryTail, label)
    offset += 4 + common.length + label.length + packed.length
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, ...directory, signature(0x06054b50), end])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
