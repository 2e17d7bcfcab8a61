const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 as zip has it (APPNOTE 4.4.7); node:zlib offers it from Node 22 only. */
export function crc32(data: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of data) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] as number)
  return (value ^ 0xffffffff) >>> 0
}
