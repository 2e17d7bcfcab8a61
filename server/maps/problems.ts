import { defineProblem } from '../lib/errors.ts'

export const glyphRangeUnknown = defineProblem(
  'GLYPH_RANGE_UNKNOWN',
  404,
  { zh: '没有这个字符区间', en: 'No such range of characters' },
  {
    zh: '没有字符区间 {range}。区间为 256 个码位一段：0-255、256-511，直至 1113856-1114111。',
    en: 'There is no range {range}. Ranges are 256 code points each: 0-255, 256-511, up to 1113856-1114111.'
  }
)

export const spriteUnknown = defineProblem(
  'SPRITE_UNKNOWN',
  404,
  { zh: '没有这个图标集', en: 'No such sprite' },
  {
    zh: '没有图标集文件 {file}。可用：{names}，各有 .json、.png、@2x.json、@2x.png。',
    en: 'There is no sprite file {file}. There are {names}, each as .json, .png, @2x.json and @2x.png.'
  }
)

export const fontUnknown = defineProblem(
  'FONT_UNKNOWN',
  404,
  { zh: '没有这个字体', en: 'No such font' },
  {
    zh: '没有字体 {name}。字体文件只有 {names}。',
    en: 'There is no font {name}. As files there are {names}.'
  }
)

/** Seconds after which a refused picture may be asked for again. */
const RETRY_AFTER = 1

const busy = defineProblem(
  'PICTURE_OVERLOADED',
  503,
  { zh: '出图服务繁忙', en: 'Too many pictures at once' },
  {
    zh: '等待绘制的图片过多，请按 Retry-After 稍后重试。',
    en: 'Too many pictures are waiting to be drawn; try again after the time in Retry-After.'
  }
)

const late = defineProblem(
  'PICTURE_TOO_SLOW',
  503,
  { zh: '图片未能及时绘制', en: 'The picture took too long' },
  {
    zh: '图片在 {seconds} 秒内未能绘制完成，请缩小范围、减少图层，或按 Retry-After 稍后重试。',
    en: 'The picture could not be drawn within {seconds} seconds; ask for a smaller one or fewer layers, or try again after the time in Retry-After.'
  }
)

/** Both say when to come back: `retryAfter`, in seconds. */
export const pictureOverloaded = () => busy({}, { members: { retryAfter: RETRY_AFTER } })
export const pictureTooSlow = (values: { seconds: number }) => late(values, { members: { retryAfter: RETRY_AFTER } })
