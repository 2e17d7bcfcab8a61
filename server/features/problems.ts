import { defineProblem } from '../lib/errors.ts'

export const summaryByUnknown = defineProblem(
  'SUMMARY_BY_UNKNOWN',
  400,
  { zh: '不能这样汇总', en: 'Cannot be summarised by this' },
  {
    zh: '图层 {id} 不能按“{by}”汇总。可用：{possible}；一个区划级别和一个代码字段可用逗号连用。',
    en: 'Layer {id} cannot be summarised by "{by}". Possible: {possible}; one level of division and one code field may be joined by a comma.'
  }
)

export const withoutFeatures = defineProblem(
  'LAYER_WITHOUT_FEATURES',
  404,
  { zh: '没有要素数据', en: 'No features' },
  {
    zh: '{id} 只有存档的瓦片，没有可查询的要素。',
    en: '{id} is an archive of finished tiles; it has no features that could be looked at.'
  }
)
