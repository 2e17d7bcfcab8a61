import { defineProblem } from '../lib/errors.ts'

/** What can be wrong with an upload: each says what, where, and what to do. */

export const duplicateKeys = defineProblem(
  'UPLOAD_DUPLICATE_KEYS',
  422,
  { zh: '业务标识重复', en: 'Business keys are not unique' },
  {
    zh: '{count} 个业务标识在同一次上传中出现多次(字段 {field}),例如 {examples}。请使每个要素的标识唯一后重新上传。',
    en: '{count} business keys occur more than once in this upload (field {field}), for example {examples}. Give every feature a key of its own and upload again.'
  }
)
export const layerTaken = defineProblem(
  'UPLOAD_LAYER_TAKEN',
  409,
  { zh: '图层标识已被占用', en: 'The layer id is taken' },
  {
    zh: '图层 {layer} 在此期间已由另一次上传以不同的字段或几何类型创建。请换一个图层标识,或按该图层的字段重新上传。',
    en: 'Layer {layer} was meanwhile made by another upload with other fields or another geometry type. Choose another layer id, or upload again to fit that layer.'
  }
)
