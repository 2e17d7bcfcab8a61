import { defineProblem } from '../lib/errors.ts'

export const outsideCrs = defineProblem(
  'PICTURE_OUTSIDE_CRS',
  400,
  { zh: '超出坐标系范围', en: 'Outside the reference system' },
  {
    zh: '位置 {place} 在 {crs} 的适用范围（{area}）之外。请换一个坐标系，或检查经纬度是否写反。',
    en: 'The place {place} lies outside the area of {crs} ({area}). Choose another CRS, or see whether longitude and latitude are swapped.'
  }
)
