import type { Text } from '../../lib/errors.ts'
import type { Note } from './given.ts'
import { atLine, txtUnreadable } from './problems-intake.ts'

/** The lines of a 界址点坐标 TXT: bytes to text, text to blocks. What is tolerated is noted, with its line. */

export const TXT_NOTES = {
  TXT_ENCODING_GB18030: { zh: '文件为 GBK/GB18030 编码。', en: 'The file is encoded in GBK/GB18030.' },
  TXT_BYTE_ORDER_MARK: { zh: '文件以字节序标记（BOM）开头。', en: 'The file begins with a byte order mark.' },
  TXT_LINE_ENDINGS: { zh: '行以 CRLF 或 CR 结束。', en: 'Lines end in CRLF or CR.' },
  TXT_FULL_WIDTH: { zh: '全角标点或数字已按半角读取。', en: 'Full-width signs were read as plain ones.' },
  TXT_SPACES: { zh: '多余的空白已略去。', en: 'Needless blanks were skipped.' },
  TXT_BLOCK_IGNORED: { zh: '不参与审查的段已略去。', en: 'A block that says nothing of the plots was skipped.' },
  TXT_13_FIELDS: { zh: '地块行为 13 项格式。', en: 'The plot line has the 13 fields of the extended format.' },
  TXT_FIELD_COUNT: {
    zh: '地块行的项数与标准不同。',
    en: 'The plot line has another number of fields than the standard.'
  },
  TXT_AT_MISSING: { zh: '地块行缺少结尾的 @。', en: 'The plot line lacks its closing @.' },
  TXT_POINT_NAMES: { zh: '点号没有字母 J。', en: 'Boundary points are named without the letter J.' },
  TXT_CLOSING_POINT_ABSENT: {
    zh: '圈末没有重复首点，已闭合。',
    en: 'A ring did not repeat its first point; it was closed.'
  },
  TXT_COUNT_WITHOUT_CLOSING: { zh: '界址点数未计闭合点。', en: 'The number of points leaves the closing points out.' },
  TXT_COUNT_WITH_CLOSING: {
    zh: '界址点数计入了省略的闭合点。',
    en: 'The number of points counts closing points that are absent.'
  },
  TXT_AREA_IN_M2: {
    zh: '地块面积以平方米书写（标准为公顷）。',
    en: 'The plot’s area is written in m² (the standard has hectares).'
  },
  TXT_AREA_ABSENT: { zh: '没有可用的地块面积。', en: 'There is no usable area of the plot.' },
  TXT_RING_NUMBERS: {
    zh: '圈号不从 1 起或有重复，已按点的次序分圈。',
    en: 'Ring numbers do not begin at 1, or repeat; rings were told apart by their points.'
  },
  TXT_OUTER_PART_BY_CONTAINMENT: {
    zh: '圈号大于 1 的圈在其他圈之外，按另一部分外圈读取。',
    en: 'A ring numbered above 1 lies outside the others and was read as an outer ring.'
  },
  TXT_HOLE_BY_CONTAINMENT: {
    zh: '圈号为首圈号的圈在其他圈之内，按内圈读取。',
    en: 'A ring numbered as an outer one lies inside another and was read as a hole.'
  },
  TXT_ZONE_PREFIX_REMOVED: {
    zh: 'Y 坐标带有带号，与文件头一致。',
    en: 'Eastings carry the zone number, as the header says.'
  },
  TXT_ACCURACY_IN_DECIMALS: { zh: '精度以小数位数书写。', en: 'The accuracy is written as a number of decimals.' },
  TXT_HEADER_ABSENT: {
    zh: '没有 [属性描述]，坐标系取自请求。',
    en: 'There is no [属性描述]; the CRS is the request’s.'
  }
} satisfies Record<string, Text>

export type TxtNoteCode = keyof typeof TXT_NOTES

/** Notes once a code, with the first line and how often. */
export function addNote(notes: Note[], code: TxtNoteCode, line?: number): void {
  const known = notes.find(note => note.code === code)
  if (known) known.count = (known.count ?? 1) + 1
  else notes.push({ code, message: TXT_NOTES[code], count: 1, ...(line !== undefined && { line }) })
}

export interface TxtLine {
  /** From 1. */
  no: number
  /** Full-width signs made plain, blanks around it gone; as long as `raw`. */
  text: string
  raw: string
}

export interface TxtBlocks {
  /** 属性描述: key → value and line; null where the block is absent. */
  header: Map<string, { value: string; line: number }> | null
  /** 地块坐标: the lines that say something. */
  plots: TxtLine[]
  notes: Note[]
}

/**
 * Bytes to text: UTF-8 where they are UTF-8, else GB18030 (which holds GBK and GB2312); UTF-16 by its mark.
 * @throws TXT_UNREADABLE where they are neither
 */
export function decodeTxt(bytes: Uint8Array): { text: string; encoding: 'utf-8' | 'gb18030' | 'utf-16le' } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' }
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    const text = new TextDecoder('gb18030').decode(bytes)
    const broken = text.split('\n').findIndex(line => line.includes('\ufffd'))
    if (broken < 0) return { text, encoding: 'gb18030' }
    throw unreadable(broken + 1, '编码既不是 UTF-8 也不是 GB18030', 'it is encoded neither in UTF-8 nor in GB18030')
  }
}

export const unreadable = (line: number, zh: string, en: string) =>
  txtUnreadable({ line, zh, en }, atLine(line, { zh, en }))

const BRACKETS: Record<string, string> = {
  '【': '[',
  '】': ']',
  '〔': '[',
  '〕': ']',
  '，': ',',
  '\u3000': ' ',
  '\u00a0': ' ',
  '\t': ' '
}

/** Full-width ASCII (U+FF01–FF5E), Chinese brackets and blanks, one sign for one. */
export const plain = (text: string): string =>
  text.replace(
    /[\uff01-\uff5e\u3010\u3011\u3014\u3015\u3000\u00a0\t]/g,
    sign => BRACKETS[sign] ?? String.fromCharCode(sign.charCodeAt(0) - 0xfee0)
  )

/**
 * Splits a TXT into its blocks.
 * @throws TXT_UNREADABLE where there is no [地块坐标], or a line stands outside every block
 */
export function splitTxt(given: string): TxtBlocks {
  const notes: Note[] = []
  if (given.startsWith('\ufeff')) addNote(notes, 'TXT_BYTE_ORDER_MARK', 1)
  const text = given.replace(/^\ufeff/, '')
  if (text.includes('\r')) addNote(notes, 'TXT_LINE_ENDINGS', 1)
  const header = new Map<string, { value: string; line: number }>()
  const plots: TxtLine[] = []
  let block: 'none' | 'header' | 'plots' | 'other' = 'none'
  const seen = new Set<string>()
  text.split(/\r\n|\r|\n/).forEach((rawLine, i) => {
    const line = { no: i + 1, raw: rawLine, text: plain(rawLine) }
    const trimmed = line.text.trim()
    if (trimmed === '') return
    if (seen.size === 0 && (i > 0 || /^\s/.test(line.text))) addNote(notes, 'TXT_SPACES', line.no)
    const named = /^\[\s*(.*?)\s*\]$/.exec(trimmed)
    if (named) {
      const title = named[1]!.replace(/\s/g, '')
      if (trimmed !== rawLine.trim()) addNote(notes, 'TXT_FULL_WIDTH', line.no)
      block = title === '属性描述' ? 'header' : title === '地块坐标' ? 'plots' : 'other'
      if (block === 'other') addNote(notes, 'TXT_BLOCK_IGNORED', line.no)
      else if (seen.has(title)) throw unreadable(line.no, `[${title}] 重复`, `[${title}] stands twice`)
      seen.add(title)
    } else if (block === 'header') readHeaderLine(line, header, notes)
    else if (block === 'plots') plots.push(line)
    else if (block === 'none')
      throw unreadable(line.no, '应为 [属性描述] 或 [地块坐标]', '[属性描述] or [地块坐标] is expected')
  })
  if (!seen.has('地块坐标')) throw unreadable(1, '没有 [地块坐标]', 'there is no [地块坐标]')
  return { header: seen.has('属性描述') ? header : null, plots, notes }
}

function readHeaderLine({ no, text, raw }: TxtLine, header: NonNullable<TxtBlocks['header']>, notes: Note[]): void {
  const split = text.indexOf('=')
  if (split < 1) throw unreadable(no, '属性描述须为 名称=值', 'the header is made of lines name=value')
  if (raw[split] !== '=') addNote(notes, 'TXT_FULL_WIDTH', no)
  const key = text.slice(0, split).replace(/\s/g, '')
  const value = text.slice(split + 1).trim()
  if (key !== text.slice(0, split) || value !== text.slice(split + 1)) addNote(notes, 'TXT_SPACES', no)
  if (header.has(key)) throw unreadable(no, `“${key}”重复`, `${key} stands twice`)
  header.set(key, { value, line: no })
}
