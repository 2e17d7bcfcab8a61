import { defineProblem, type Text } from '../lib/errors.ts'

const TITLE: Text = { zh: '过滤条件有误', en: 'The filter is wrong' }

const malformed = defineProblem('FILTER_MALFORMED', 400, TITLE, {
  zh: '过滤条件第 {position} 个字符处应为{zh}，而不是{foundZh}。',
  en: 'At character {position} of the filter {en} was expected, not {foundEn}.'
})

const unsuited = defineProblem('FILTER_UNSUITED', 400, TITLE, {
  zh: '过滤条件第 {position} 个字符处：字段 {field} 的类型是 {type}，应写{zh}。',
  en: 'At character {position} of the filter: the field {field} has the type {type}; write {en}.'
})

/** Counts from 1, by characters as people count them. */
const positionOf = (text: string, at: number): number => [...text.slice(0, at)].length + 1

/** @param at the index in `text` where something else was expected */
export function filterMalformed(text: string, at: number, expected: Text) {
  const found = [...text.slice(at)].slice(0, 20).join('')
  const position = positionOf(text, at)
  const foundZh = found ? `“${found}”` : '结尾'
  const foundEn = found ? `“${found}”` : 'its end'
  return malformed({ position, foundZh, foundEn, ...expected }, { members: { position } })
}

/** @param at the index in `text` of the value or operator that does not fit the field */
export function filterUnsuited(text: string, at: number, field: { name: string; type: string }, wanted: Text) {
  const position = positionOf(text, at)
  return unsuited({ position, field: field.name, type: field.type, ...wanted }, { members: { position } })
}

export const filterTooLarge = defineProblem(
  'FILTER_TOO_LARGE',
  400,
  { zh: '过滤条件过大', en: 'The filter is too large' },
  {
    zh: '过滤条件最多 {characters} 个字符、{conditions} 个条件、{depth} 层嵌套，IN 列表最多 {list} 个值。请简化或分成多次请求。',
    en: 'A filter has at most {characters} characters, {conditions} conditions, {depth} levels of nesting and {list} values in an IN list. Simplify it or use several requests.'
  }
)
