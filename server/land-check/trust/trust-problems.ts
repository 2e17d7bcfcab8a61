import { defineProblem } from '../../lib/errors.ts'

/** What can be wrong with what is done about a land-check that was answered. */

export const ruleUnknown = defineProblem(
  'RULE_UNKNOWN',
  422,
  { zh: '没有这条规则', en: 'No such rule' },
  {
    zh: '审查记录 {id} 中没有规则 {rule}。可用：{known}。',
    en: 'Land-check {id} has no rule {rule}. There are: {known}.'
  }
)
export const successorOlder = defineProblem(
  'SUCCESSOR_OLDER',
  422,
  { zh: '替代记录不是较新的', en: 'The successor is not the later one' },
  {
    zh: '{by} 不晚于 {id}，不能替代它。请先重新审查，再以新记录替代旧记录。',
    en: '{by} was not answered after {id} and cannot replace it. Check again first, then replace the old one by the new.'
  }
)
export const alreadySuperseded = defineProblem(
  'ALREADY_SUPERSEDED',
  409,
  { zh: '已被替代', en: 'Already superseded' },
  {
    zh: '审查记录 {id} 已被 {by} 替代，只能替代一次。请改为替代 {by}。',
    en: 'Land-check {id} was replaced by {by} already, and is replaced once only. Replace {by} instead.'
  }
)
export const idempotencyConflict = defineProblem(
  'IDEMPOTENCY_CONFLICT',
  409,
  { zh: '幂等键已用于另一请求', en: 'The idempotency key was used for another request' },
  {
    zh: 'Idempotency-Key “{key}” 已用于内容不同的请求（审查记录 {id}）。同一键只能重发同一请求；新请求请用新键。',
    en: 'Idempotency-Key "{key}" was used with another body (land-check {id}). A key repeats one request only; use a new key for a new request.'
  }
)
export const asBuiltUnknown = defineProblem(
  'AS_BUILT_UNKNOWN',
  404,
  { zh: '没有这次验收比对', en: 'No such as-built comparison' },
  { zh: '没有验收比对 {id}。', en: 'There is no as-built comparison {id}.' }
)
export const approvedCount = defineProblem(
  'APPROVED_NOT_ONE',
  422,
  { zh: '批准范围须且只能有一种', en: 'Exactly one approved parcel' },
  {
    zh: 'approved 须为审查记录 landCheck，或一种地块输入（geojson、wkt 与 crs 等），二者选一。',
    en: 'approved is either a landCheck or one form of a parcel (geojson, wkt with crs …), not both and not neither.'
  }
)
export const asBuiltTooComplex = defineProblem(
  'PAYLOAD_TOO_LARGE',
  413,
  { zh: '轮廓过于复杂', en: 'The outlines are too complex' },
  {
    zh: '批准范围与建成范围共有 {vertices} 个顶点，上限为 {limit} 个。请分块比对。',
    en: 'The approved and the built outline have {vertices} vertices together; at most {limit}. Compare them in pieces.'
  }
)
export const textUnstorable = defineProblem(
  'TEXT_UNSTORABLE',
  422,
  { zh: '请求含有空字符', en: 'The request holds a NUL' },
  {
    zh: '请求的某个文本含有空字符（U+0000），无法存入数据库。请去掉后重新提交。',
    en: 'A text of the request holds the character U+0000, which the database cannot keep. Remove it and ask again.'
  }
)
export const recordUnreadable = defineProblem(
  'RECORD_UNREADABLE',
  409,
  { zh: '记录已不可读', en: 'The record cannot be read any more' },
  {
    zh: '审查记录 {id} 保存的内容已不是审查结果，说明它被改动过。请用 GET /api/land-checks/audit 核查审计链。',
    en: 'What is kept as land-check {id} is no answer any more: it was changed. GET /api/land-checks/audit verifies the chain.'
  }
)
