import { defineProblem } from '../../lib/errors.ts'

export const sldRefused = defineProblem(
  'SLD_REFUSED',
  400,
  { zh: '拒绝该 SLD', en: 'The SLD is refused' },
  {
    zh: 'SLD 中不得有 DOCTYPE 或 ENTITY 声明。请删除后重试。',
    en: 'An SLD must not have DOCTYPE or ENTITY declarations. Take them out and try again.'
  }
)
export const sldTooLarge = defineProblem(
  'SLD_TOO_LARGE',
  400,
  { zh: 'SLD 过大', en: 'The SLD is too large' },
  {
    zh: 'SLD 最多 {elements} 个元素、{depth} 层嵌套、{rules} 条规则。请简化。',
    en: 'An SLD has at most {elements} elements, {depth} levels of nesting and {rules} rules. Simplify it.'
  }
)
export const sldNotXml = defineProblem(
  'SLD_NOT_XML',
  400,
  { zh: 'SLD 不是合格的 XML', en: 'The SLD is no well-formed XML' },
  { zh: '第 {line} 行：{reason}', en: 'Line {line}: {reason}' }
)
export const sldNothingUnderstood = defineProblem(
  'SLD_NOTHING_UNDERSTOOD',
  400,
  { zh: 'SLD 中没有可用的规则', en: 'Nothing in the SLD can be used' },
  {
    zh: 'SLD 中没有能用于图层 {layer} 的规则；原因见 errors。',
    en: 'The SLD has no rule that the layer {layer} can be drawn by; errors says why.'
  }
)
