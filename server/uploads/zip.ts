import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { Problem } from '../lib/errors.ts'
import { badZip, unsafePath, zipTooMuch } from './problems.ts'

const MAX_ENTRIES = 5000
/** Deflate reaches about 1:1000 on zeros; real shapefiles stay below 1:50. Small archives may be any ratio. */
const MAX_RATIO = 200
const RATIO_FREE_BYTES = 16 * 1024 * 1024

/** A file in a zip, its name decoded. */
export interface Member {
  name: string
  entry: yauzl.Entry
}

/** An open zip: its members, without folders. */
export interface Archive {
  members: Member[]
  /** Writes one member to a file. @throws UPLOAD_BAD_ZIP where it is damaged, UPLOAD_ZIP_TOO_MUCH where it lies about its size */
  extract(member: Member, path: string): Promise<void>
  close(): void
}

/**
 * Opens a zip and reads its directory; nothing is unpacked yet.
 * @throws UPLOAD_BAD_ZIP, UPLOAD_UNSAFE_PATH, UPLOAD_ZIP_TOO_MUCH
 */
export async function openZip(path: string, maxUnpackedBytes: number): Promise<Archive> {
  const zip = await yauzl
    .openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true })
    .catch(damaged)
  try {
    const members = await readDirectory(zip, maxUnpackedBytes)
    return { members, extract: (member, to) => extract(zip, member, to), close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error instanceof Problem ? error : damaged(error)
  }
}

const damaged = (error: unknown): never => {
  throw badZip({ reason: error instanceof Error ? error.message : String(error) }, { cause: error })
}

async function readDirectory(zip: yauzl.ZipFile, maxUnpackedBytes: number): Promise<Member[]> {
  const members: Member[] = []
  let unpacked = 0
  let packed = 0
  for await (const entry of zip.eachEntry()) {
    const name = decodeName(entry)
    if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name)) throw unsafePath({ name: name.replace(/\0.*/s, '') })
    if (members.length >= MAX_ENTRIES) {
      throw zipTooMuch({ reason: `超过 ${MAX_ENTRIES} 个文件`, reason_en: `has more than ${MAX_ENTRIES} files` })
    }
    if (entry.isEncrypted()) throw badZip({ reason: 'encrypted / 已加密' })
    unpacked += entry.uncompressedSize
    packed += entry.compressedSize
    if (unpacked > maxUnpackedBytes) {
      throw zipTooMuch({
        reason: `超过 ${maxUnpackedBytes} 字节`,
        reason_en: `has more than ${maxUnpackedBytes} bytes`
      })
    }
    if (!/[/\\]$/.test(name)) members.push({ name, entry })
  }
  if (unpacked > RATIO_FREE_BYTES && unpacked > packed * MAX_RATIO) {
    const times = Math.round(unpacked / Math.max(packed, 1))
    throw zipTooMuch({ reason: `膨胀 ${times} 倍`, reason_en: `is ${times} times as large, as a zip bomb is` })
  }
  return members
}

/** Windows writes Chinese names in GBK without saying so; bit 11 of the flags says UTF-8 (APPNOTE 4.4.4). */
function decodeName(entry: yauzl.Entry): string {
  const bytes = entry.fileNameRaw
  const says = (entry.generalPurposeBitFlag & 0x800) !== 0
  try {
    return new TextDecoder('utf-8', { fatal: !says }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

async function extract(zip: yauzl.ZipFile, { name, entry }: Member, path: string): Promise<void> {
  const source = await zip.openReadStreamPromise(entry).catch(damaged)
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes <= entry.uncompressedSize) done(null, chunk)
      else done(zipTooMuch({ reason: `${name} 大于其声明`, reason_en: `holds more in ${name} than it declares` }))
    }
  })
  await pipeline(source, counted, createWriteStream(path)).catch(error => {
    if (error instanceof Problem) throw error
    return damaged(error)
  })
}
