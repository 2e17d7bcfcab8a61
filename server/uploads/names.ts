import { ID_PATTERN } from '../catalog/layer.ts'
import { PLATFORM_COLUMNS } from '../catalog/table.ts'
import { badField } from './problems.ts'

/** Names and titles that come from outside, made or found safe for every place they are shown in. */

/** Letters, digits and the punctuation of ordinary titles: nothing that means something to HTML, SQL or XML. */
const PLAIN = /[^\p{L}\p{M}\p{N} \-_·,.、,。::()()《》〈〉【】“”‘’'/&+#%—–~°²³№!?]/u
const MAX_TITLE = 80

/** @throws UPLOAD_BAD_FIELD */
export function checkLayerId(id: string | undefined): string {
  if (id && id.length <= 40 && new RegExp(ID_PATTERN).test(id)) return id
  throw badField({
    field: 'layer',
    reason:
      id === undefined ? '必填' : '图层标识须为小写字母、数字和连字符（如 town-boundary），以字母开头，至多 40 个字符',
    reason_en:
      id === undefined
        ? 'is required'
        : 'a layer id is made of lower-case letters, digits and hyphens (like town-boundary), begins with a letter, and has 40 characters at most'
  })
}

/** @throws UPLOAD_BAD_FIELD for a title that is empty, too long or not plain text */
export function checkTitle(field: string, given: string): string {
  const title = given.normalize('NFC').trim().replace(/\s+/g, ' ')
  const strange = PLAIN.exec(title)?.[0]
  if (strange !== undefined) {
    const shown = /\p{C}/u.test(strange) ? `U+${strange.codePointAt(0)?.toString(16).padStart(4, '0')}` : strange
    throw badField({
      field,
      reason: `标题须为纯文本,不能含有 “${shown}”`,
      reason_en: `a title is plain text and cannot hold "${shown}"`
    })
  }
  if (title.length === 0 || title.length > MAX_TITLE) {
    throw badField({
      field,
      reason: `须为 1 至 ${MAX_TITLE} 个字符`,
      reason_en: `must have 1 to ${MAX_TITLE} characters`
    })
  }
  return title
}

/** The title of a field, from its name in a file: what is not plain text goes. */
export function titleFrom(original: string, fallback: string): string {
  const plain = [...original.normalize('NFC')].map(c => (PLAIN.test(c) ? ' ' : c)).join('')
  return plain.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE) || fallback
}

/**
 * Names for columns, one for each of `originals`: lower-case words joined by `_`; names without Latin letters become
 * `f_1` …; columns of the platform's own and collisions get a number.
 */
export function columnNames(originals: string[]): string[] {
  const taken = new Set<string>(PLATFORM_COLUMNS)
  return originals.map((original, i) => {
    const latin = original.normalize('NFKD').replace(/\p{M}/gu, '')
    const words = /[^\x20-\x7e]/.test(latin)
      ? ''
      : latin
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '_')
          .replace(/^_+|_+$/g, '')
    const stem = words === '' ? `f_${i + 1}` : /^[a-z]/.test(words) ? words.slice(0, 50) : `f_${words}`.slice(0, 50)
    let name = stem
    for (let n = 2; taken.has(name); n++) name = `${stem}_${n}`
    taken.add(name)
    return name
  })
}
