import type { Text } from '../lib/errors.ts'
import type { Filter, FilterValue } from './filter.ts'
import type { Literal } from './filter-literals.ts'
import { filterUnsuited } from './filter-problems.ts'
import type { Field, Layer } from './layer.ts'
import type { FieldName, ParsedFilter } from './parse-filter.ts'

type Tree = ParsedFilter['tree']

/** The names a filter uses, in the order they were written, repeated where they are. */
export function filterFields(tree: Tree): FieldName[] {
  if ('parts' in tree) return tree.parts.flatMap(filterFields)
  return 'part' in tree ? filterFields(tree.part) : [tree.field]
}

/**
 * A filter as a condition on a layer that has all of its fields.
 * @throws FILTER_UNSUITED where a value or an operator does not fit its field's type
 */
export function checkFilter({ text, tree }: ParsedFilter, layer: Pick<Layer, 'fields'>): Filter {
  const fields = new Map(layer.fields.map(field => [field.name, field]))

  const check = (tree: Tree): Filter => {
    if ('parts' in tree) return { op: tree.op, parts: tree.parts.map(check) }
    if ('part' in tree) return { op: 'not', part: check(tree.part) }
    const field = fields.get(tree.field.name)
    if (!field) throw new Error(`${tree.field.name} is no field of the layer`)
    const value = (literal: Literal): FilterValue => {
      if (literal.kind !== KINDS[field.type]) throw filterUnsuited(text, literal.at, field, WANTED[KINDS[field.type]])
      return literal.value
    }
    const condition = onField(tree, value)
    if (condition.op === 'like' && KINDS[field.type] !== 'text')
      throw filterUnsuited(text, tree.field.at, field, NO_LIKE)
    return condition
  }
  return check(tree)
}

type OnField = Extract<Tree, { field: unknown }>

function onField(tree: OnField, value: (literal: Literal) => FilterValue): Filter {
  const field = tree.field.name
  switch (tree.op) {
    case 'in':
      return { op: 'in', field, values: tree.values.map(value) }
    case 'like':
      return { op: 'like', field, pattern: tree.pattern }
    case 'isNull':
      return { op: 'isNull', field }
    default:
      return { op: tree.op, field, value: value(tree.value) }
  }
}

const KINDS: Record<Field['type'], Literal['kind']> = {
  text: 'text',
  code: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp'
}

const WANTED: Record<Literal['kind'], Text> = {
  text: { zh: "引号中的文本，如 '南海'", en: "a text in quotes, such as 'Nanhai'" },
  number: { zh: '不带引号的数字，如 80.5', en: 'a number without quotes, such as 80.5' },
  boolean: { zh: ' TRUE 或 FALSE', en: 'TRUE or FALSE' },
  date: { zh: "日期，如 DATE('2026-01-31')", en: "a date, such as DATE('2026-01-31')" },
  timestamp: {
    zh: "时刻，如 TIMESTAMP('2026-01-31T08:00:00Z')",
    en: "an instant, such as TIMESTAMP('2026-01-31T08:00:00Z')"
  }
}
const NO_LIKE = { zh: '比较符，LIKE 只用于文本', en: 'a comparison: LIKE is for texts' }
