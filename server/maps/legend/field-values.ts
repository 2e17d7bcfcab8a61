import type { Field, Layer } from '../../catalog/layer.ts'
import type { CodeList } from '../../catalog/shared.ts'
import type { Language } from '../../lib/errors.ts'
import type { FieldUse } from './fields-of-style.ts'

/** A value that stands for a class of a field's values. */
export interface ClassValue {
  value: unknown
  title: string
  /** Stands for all that the style does not name. */
  isOther: boolean
}

const OTHER = { zh: '其他', en: 'Other' }
const TRUTH = { true: { zh: '是', en: 'Yes' }, false: { zh: '否', en: 'No' } }

/** The values by which a field is tried: its whole code list, or what the style compares it with. */
export function fieldValues(
  use: FieldUse,
  layer: Pick<Layer, 'fields'>,
  codeLists: ReadonlyMap<string, CodeList>,
  language: Language
): ClassValue[] {
  const field = layer.fields.find(({ name }) => name === use.field)
  const list = field?.codelist === undefined ? undefined : codeLists.get(field.codelist)
  if (list) return codeValues(use, list, language)
  if (field?.type === 'boolean') {
    return [true, false].map(value => ({ value, title: TRUTH[`${value}`][language], isOther: false }))
  }
  const isText = field?.type === 'text' || field?.type === 'code'
  if (use.values.length > 0) return [...use.values.map(plain), other(language, isText ? NAMELESS : undefined)]
  const write = new Intl.NumberFormat(language)
  if (use.stops.length > 1) return use.stops.map(stop => ({ ...plain(stop), title: write.format(stop) }))
  if (use.steps.length > 0) return ranges(use.steps, write, field)
  return [other(language)]
}

const plain = (value: unknown): ClassValue => ({ value, title: String(value), isOther: false })

/** Texts that no style names, as operators want them. */
const NAMELESS = '\uffff'

const other = (language: Language, value?: string): ClassValue => ({ value, title: OTHER[language], isOther: true })

function codeValues({ values }: FieldUse, { codes, open }: CodeList, language: Language): ClassValue[] {
  const known = codes.map(({ code, title }) => ({ value: code, title: title[language], isOther: false }))
  const named = values.filter(value => !codes.some(({ code }) => code === value)).map(plain)
  return [...known, ...named, ...(open ? [other(language, NAMELESS)] : [])]
}

/** A number within each class. */
function ranges(steps: readonly number[], write: Intl.NumberFormat, field: Field | undefined): ClassValue[] {
  const isWhole = field?.type === 'integer'
  return [undefined, ...steps].map((from, i) => {
    const to = steps[i]
    if (from === undefined) return { value: to! - 1, title: `< ${write.format(to!)}`, isOther: false }
    if (to === undefined) return { value: from + 1, title: `≥ ${write.format(from)}`, isOther: false }
    const last = isWhole ? to - 1 : to
    const title = last === from ? write.format(from) : `${write.format(from)} – ${write.format(last)}`
    return { value: (from + to) / 2, title, isOther: false }
  })
}
