import { defineProblem, type Problem } from '../../lib/errors.ts'

const parameterInvalid = defineProblem(
  'PICTURE_PARAMETER_INVALID',
  400,
  { zh: '参数值无效', en: 'A parameter cannot be used' },
  {
    zh: '参数 {name} 的值“{value}”无效：应为 {expected}。',
    en: 'Parameter {name} has the value “{value}”; it must be {expected}.'
  }
)

const parametersApart = defineProblem(
  'PICTURE_PARAMETERS_APART',
  400,
  { zh: '参数不能同时使用', en: 'Parameters that exclude each other' },
  {
    zh: '参数 {names} 不能同时给出：用 bbox，或用 center 与 zoom（打印时用 scale）。',
    en: 'Not both of {names} can be given: use bbox, or center with zoom (on paper: scale).'
  }
)

const tooLarge = defineProblem(
  'PICTURE_TOO_LARGE',
  400,
  { zh: '图片过大', en: 'The picture is too large' },
  {
    zh: '图片为 {width}×{height} 像素；每边至多 {side} 像素，总数至多 {pixels} 像素。',
    en: 'The picture has {width}×{height} pixels; a side may have {side} at most, the whole {pixels}.'
  }
)

const overlayInvalid = defineProblem(
  'PICTURE_OVERLAY_INVALID',
  400,
  { zh: '叠加图形无效', en: 'The overlay cannot be used' },
  {
    zh: '叠加的 GeoJSON 无效（{pointer}）：{expected}。坐标应为经度、纬度（度）。',
    en: 'The GeoJSON laid over the map is not valid at {pointer}: {expected}. Coordinates are longitude latitude in degrees.'
  }
)

const needsMetres = defineProblem(
  'PICTURE_CRS_NOT_FOR_PAPER',
  400,
  { zh: '此坐标系不能打印', en: 'Not a reference system for paper' },
  {
    zh: '{crs} 以度为单位，纸上没有处处相同的比例尺。请用 EPSG:4526、4547、4549 或 3857。',
    en: '{crs} is in degrees, so a sheet would not have one scale. Use EPSG:4526, 4547, 4549 or 3857.'
  }
)

/** A value as it may be echoed. */
const brief = (value: string) => value.slice(0, 60)

export const invalid = (name: string, value: string, expected: string): Problem =>
  parameterInvalid({ name, value: brief(value), expected }, { members: { parameter: name } })

export const apart = (...names: string[]): Problem => parametersApart({ names: names.join(', ') })

export const oversized = (values: { width: number; height: number; side: number; pixels: number }): Problem =>
  tooLarge(values)

/** @param pointer a JSON pointer into the overlay */
export const badOverlay = (pointer: string, expected: string): Problem =>
  overlayInvalid({ pointer: pointer || '/', expected }, { members: { pointer } })

export const notForPaper = (crs: string): Problem => needsMetres({ crs })
