import { defineProblem } from '../lib/errors.ts'

export const styleNotFound = defineProblem(
  'STYLE_NOT_FOUND',
  404,
  { zh: '没有这个样式', en: 'No such style' },
  {
    zh: '图层 {layer} 没有名为 {name} 的样式。可用样式：{names}。',
    en: 'The layer {layer} has no style named {name}. It has: {names}.'
  }
)
export const styleNameReserved = defineProblem(
  'STYLE_NAME_RESERVED',
  409,
  { zh: '样式名称已保留', en: 'The name is taken' },
  {
    zh: '名称 {name} 保留给图层自带的样式，不能写入或删除。请另取名称，并用 ?default=true 设为默认样式。',
    en: 'The name {name} stands for what the layer came with, which is not written or deleted here. Use another name, and ?default=true to make it the default.'
  }
)
export const tooManyStyles = defineProblem(
  'STYLE_TOO_MANY',
  409,
  { zh: '样式过多', en: 'Too many styles' },
  {
    zh: '图层 {layer} 已有 {max} 个样式。请先删除不用的样式。',
    en: 'The layer {layer} has {max} styles already. Delete one that is not used.'
  }
)
export const styleChanged = defineProblem(
  'STYLE_CHANGED',
  412,
  { zh: '样式已变更', en: 'The style has changed' },
  {
    zh: '样式 {name} 与 If-Match 或 If-None-Match 所述的状态不符。请重新读取后再写入。',
    en: 'The style {name} is not as If-Match or If-None-Match says. Read it again before you write it.'
  }
)
export const styleInvalid = defineProblem(
  'STYLE_INVALID',
  400,
  { zh: '样式不可用', en: 'The style cannot be used' },
  {
    zh: '样式有 {count} 处问题，见 errors；第一处：{first}。',
    en: 'The style has {count} faults, see errors. The first: {first}.'
  }
)
export const styleUnreadable = defineProblem(
  'STYLE_UNREADABLE',
  400,
  { zh: '无法读取样式', en: 'The style cannot be read' },
  {
    zh: '请求体不是样式：{reason}。可用：MapLibre 样式图层数组（JSON）、含 layers 的完整 MapLibre 样式，或 SLD 1.0、1.1（XML）。',
    en: 'The body is no style: {reason_en}. Send an array of MapLibre style layers (JSON), a whole MapLibre style with layers, or SLD 1.0 or 1.1 (XML).'
  }
)
