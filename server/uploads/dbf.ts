import { open } from 'node:fs/promises'
import { badShapefile } from './problems.ts'

/** What the head of a .dbf says (dBASE III+ table file header). */
export interface DbfHeader {
  records: number
  /** Language driver id, byte 29; 0: none. */
  languageDriver: number
  /** Names as bytes read as latin1; types as letters: C N F L D. */
  fields: { name: string; type: string; length: number; decimals: number }[]
  headerBytes: number
  recordBytes: number
}

/** @throws UPLOAD_BAD_SHAPEFILE */
export async function readDbfHeader(path: string): Promise<DbfHeader> {
  const file = await open(path)
  try {
    const head = Buffer.alloc(65536)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    if (bytesRead < 32) throw badShapefile({ part: '.dbf', reason: '文件头不完整', reason_en: 'its header is cut off' })
    const headerBytes = head.readUInt16LE(8)
    const recordBytes = head.readUInt16LE(10)
    if (headerBytes > bytesRead || headerBytes < 33 || recordBytes < 1) {
      throw badShapefile({ part: '.dbf', reason: '文件头长度有误', reason_en: 'its header has a wrong length' })
    }
    const fields: DbfHeader['fields'] = []
    for (let at = 32; at + 32 <= headerBytes && head[at] !== 0x0d; at += 32) {
      fields.push({
        name: head.toString('latin1', at, at + 11).replace(/\0.*/s, ''),
        type: head.toString('latin1', at + 11, at + 12),
        length: head[at + 16] ?? 0,
        decimals: head[at + 17] ?? 0
      })
    }
    return { records: head.readUInt32LE(4), languageDriver: head[29] ?? 0, fields, headerBytes, recordBytes }
  } finally {
    await file.close()
  }
}

/** Language driver ids that occur, with the encodings they stand for (ESRI and Visual FoxPro lists). */
const LANGUAGE_DRIVERS: Record<number, string> = {
  3: 'windows-1252',
  77: 'gb18030',
  78: 'euc-kr',
  79: 'big5',
  87: 'windows-1252',
  88: 'windows-1252',
  89: 'windows-1252',
  120: 'big5',
  121: 'euc-kr',
  122: 'gb18030',
  123: 'shift_jis',
  200: 'windows-1250',
  201: 'windows-1251'
}

const CODE_PAGES: Record<string, string> = {
  '936': 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  '950': 'big5',
  '949': 'euc-kr',
  '932': 'shift_jis',
  '65001': 'utf-8',
  utf8: 'utf-8'
}

/**
 * The encoding of a .dbf, as a WHATWG label: what the .cpg says, else the language driver id, else what its bytes
 * allow: UTF-8 where all of them are, GB18030 where most non-ASCII bytes come in runs as Chinese does, else
 * windows-1252. ESRI writes driver 87 by default whatever the text is, so it only decides where nothing contradicts.
 */
export async function detectEncoding(path: string, header: DbfHeader, cpg: string | undefined): Promise<string> {
  const declared = cpg === undefined ? undefined : codePage(cpg)
  if (declared) return declared
  const driver = LANGUAGE_DRIVERS[header.languageDriver]
  if (driver && driver !== 'windows-1252') return driver
  return guess(await sample(path, header))
}

function codePage(cpg: string): string | undefined {
  const text = cpg.trim().toLowerCase()
  const bare = text.replace(/^(cp|ansi|oem|ms|windows)[ _-]*/, '')
  const iso = /^(?:iso[ _-]*)?8859[ _-]*(\d{1,2})$/.exec(bare)
  const page = /^125\d$/.test(bare) ? `windows-${bare}` : undefined
  for (const label of [CODE_PAGES[bare], iso && `iso-8859-${iso[1]}`, page, text]) {
    if (label && isLabel(label)) return label
  }
  return undefined
}

function isLabel(label: string): boolean {
  try {
    new TextDecoder(label)
    return true
  } catch {
    return false
  }
}

/** The first bytes of field names and records; long enough to meet a few non-ASCII ones. */
async function sample(path: string, header: DbfHeader): Promise<Buffer> {
  const file = await open(path)
  try {
    const records = Buffer.alloc(4 * 1024 * 1024)
    const { bytesRead } = await file.read(records, 0, records.length, header.headerBytes)
    const whole = bytesRead - (bytesRead % header.recordBytes)
    const names = header.fields.map(field => Buffer.from(field.name, 'latin1'))
    return Buffer.concat([...names.flatMap(name => [name, Buffer.from(' ')]), records.subarray(0, whole || bytesRead)])
  } finally {
    await file.close()
  }
}

/** Guesses between UTF-8, GB18030 and windows-1252 by what the non-ASCII bytes look like. */
export function guess(bytes: Buffer): string {
  const runs = bytes.toString('latin1').match(/[\x80-\xff]+/g) ?? []
  if (runs.length === 0) return 'utf-8'
  const whole = runs.filter(run => decodes('utf-8', run)).length
  // A text cut at the width of its column ends inside a character; that is the exception.
  const cut = runs.filter(
    run => !decodes('utf-8', run) && decodes('utf-8', run.replace(/[\xc0-\xff][\x80-\xbf]{0,2}$/, ''))
  )
  if (whole >= runs.length * 0.8 && whole + cut.length >= runs.length * 0.99) return 'utf-8'
  // Hanzi are pairs of bytes from 0xA1 up (GB 2312), so runs are even; accents in European text stand alone.
  const pairs = runs.filter(run => run.length % 2 === 0 && decodes('gb18030', run)).length
  return pairs > runs.length / 2 ? 'gb18030' : 'windows-1252'
}

function decodes(label: string, latin1: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(Buffer.from(latin1, 'latin1'))
    return true
  } catch {
    return false
  }
}
