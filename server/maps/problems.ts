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
