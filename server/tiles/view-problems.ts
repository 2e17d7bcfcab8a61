import { defineProblem, type Text } from '../lib/errors.ts'

export const fieldUnknown = defineProblem(
  'VIEW_FIELD_UNKNOWN',
  400,
  { zh: '没有这个字段', en: 'No such field' },
  {
    zh: '{parameter} 中的字段“{field}”不存在。可用字段：{fields}。',
    en: 'There is no field “{field}” as {parameter} names it. The fields are {fields}.'
  }
)

export const fieldsApart = defineProblem(
  'VIEW_FIELDS_APART',
  400,
  { zh: '字段不在同一图层', en: 'Fields of different layers' },
  {
    zh: 'filter 用到的字段（{fields}）不在同一个图层中。请按图层分别请求。',
    en: 'No layer has all the fields of the filter ({fields}). Ask for the layers one by one.'
  }
)

export const withoutDivision = defineProblem(
  'VIEW_WITHOUT_DIVISION',
  400,
  { zh: '不能按行政区划筛选', en: 'Not by division' },
  {
    zh: '{id} 没有 division_code 字段，不能按行政区划筛选。',
    en: '{id} has no field division_code, so that it cannot be asked for by division.'
  }
)

export const withoutHistory = defineProblem(
  'VIEW_WITHOUT_HISTORY',
  400,
  { zh: '没有历史', en: 'No history' },
  {
    zh: '{id} 直接发布自已有的表或归档文件，没有历史版本，不能使用 asof。',
    en: '{id} is published from an existing table or archive and keeps no history; leave asof out.'
  }
)

export const storedAsIs = defineProblem(
  'VIEW_OF_ARCHIVE',
  400,
  { zh: '归档瓦片不可筛选', en: 'Archived tiles are as they are' },
  {
    zh: '{id} 的瓦片来自归档文件，按原样提供，不能使用 fields、filter、division、asof。',
    en: 'The tiles of {id} come from an archive as they are stored; leave out fields, filter, division and asof.'
  }
)

const asOfRefused = defineProblem(
  'VIEW_AS_OF_REFUSED',
  400,
  { zh: 'asof 有误', en: 'The asof is wrong' },
  { zh: 'asof “{asof}”：{zh}。', en: 'asof “{asof}”: {en}.' }
)

export const asOfRefusal = (asof: string, why: Text) => asOfRefused({ asof, ...why })

/** Why an `asof` is not taken. */
export const AS_OF_MALFORMED: Text = {
  zh: '应为版本号（如 12）、日期（如 2026-01-31）或时刻（如 2026-01-31T08:00:00+08:00）',
  en: 'a revision (12), a date (2026-01-31) or an instant (2026-01-31T08:00:00+08:00) is needed'
}
export const AS_OF_FUTURE: Text = { zh: '不能晚于现在', en: 'it lies in the future' }
export const AS_OF_SEVERAL: Text = {
  zh: '各图层的版本号互不相干，请求多个图层时请用日期或时刻',
  en: 'revisions are counted layer by layer; name a date or an instant for several layers'
}
export const AS_OF_UNPUBLISHED: Text = { zh: '该图层尚未发布', en: 'the layer has not been published yet' }
export const asOfBeyond = (last: number): Text => ({
  zh: `该图层的版本号为 1 至 ${last}`,
  en: `the layer has the revisions 1 to ${last}`
})
