import { defineProblem, Problem, type ProblemMaker } from '../../lib/errors.ts'

/** What is wrong with a WMTS request, under the names of OGC 07-057r7 (tables 20 and 24) and OGC 06-121r3 (table 25). */
export type ExceptionCode =
  | 'MissingParameterValue'
  | 'InvalidParameterValue'
  | 'TileOutOfRange'
  | 'PointIJOutOfRange'
  | 'VersionNegotiationFailed'
  | 'InvalidUpdateSequence'
  | 'OperationNotSupported'
  | 'NoApplicableCode'

const missingParameter = defineProblem(
  'WMTS_PARAMETER_MISSING',
  400,
  { zh: '缺少参数', en: 'A parameter is missing' },
  { zh: '请求缺少参数 {name} 或其值为空。', en: 'The request lacks parameter {name}, or its value is empty.' }
)

const invalidParameter = defineProblem(
  'WMTS_PARAMETER_INVALID',
  400,
  { zh: '参数值无效', en: 'A parameter cannot be used' },
  {
    zh: '参数 {name} 的值“{value}”无效：应为 {expected}。',
    en: 'Parameter {name} has the value “{value}”; it must be {expected}.'
  }
)

const unknownLayer = defineProblem(
  'WMTS_LAYER_UNKNOWN',
  400,
  { zh: '没有这个图层', en: 'No such layer' },
  {
    zh: '没有名为“{value}”的图层；GetCapabilities 列出可用图层。',
    en: 'No layer “{value}”; GetCapabilities lists those there are.'
  }
)

const outOfRange = defineProblem(
  'WMTS_TILE_OUT_OF_RANGE',
  400,
  { zh: '瓦片超出范围', en: 'Tile out of range' },
  {
    zh: '{name} 的值 {value} 超出范围：此级别应在 {min} 到 {max} 之间。',
    en: '{name} {value} is out of range: at this level it must be {min} to {max}.'
  }
)

const pointOutside = defineProblem(
  'WMTS_POINT_OUT_OF_RANGE',
  400,
  { zh: '像素超出瓦片', en: 'Pixel outside the tile' },
  {
    zh: '{name} 的值 {value} 超出瓦片：应在 0 到 {max} 之间。',
    en: '{name} {value} is outside the tile: it must be 0 to {max}.'
  }
)

const unknownStyle = defineProblem(
  'WMTS_STYLE_UNKNOWN',
  400,
  { zh: '没有这个样式', en: 'No such style' },
  {
    zh: '图层 {layer} 没有名为“{value}”的样式；可用：{styles}。',
    en: 'Layer {layer} has no style “{value}”; there are {styles}.'
  }
)

const notQueryable = defineProblem(
  'WMTS_LAYER_NOT_QUERYABLE',
  501,
  { zh: '图层不可查询', en: 'The layer cannot be queried' },
  { zh: '图层 {layer} 不支持 GetFeatureInfo。', en: 'Layer {layer} does not answer GetFeatureInfo.' }
)

const versions = defineProblem(
  'WMTS_VERSION_UNKNOWN',
  400,
  { zh: '版本协商失败', en: 'No version in common' },
  {
    zh: '本服务只有版本 1.0.0，请求的是“{value}”。',
    en: 'This server has version 1.0.0 only; asked for was “{value}”.'
  }
)

const updateSequence = defineProblem(
  'WMTS_UPDATE_SEQUENCE_INVALID',
  400,
  { zh: 'updateSequence 无效', en: 'No such updateSequence' },
  {
    zh: 'updateSequence“{value}”不是本服务给出过的值，当前为 {current}。请不带此参数重新请求。',
    en: 'This server never gave updateSequence “{value}”; it is at {current}. Ask again without it.'
  }
)

export const notFound = defineProblem(
  'WMTS_NOT_FOUND',
  404,
  { zh: '没有这个资源', en: 'No such resource' },
  { zh: '没有 {what}。', en: 'There is no {what}.' }
)

export const noService = defineProblem(
  'WMTS_SERVICE_UNKNOWN',
  404,
  { zh: '没有这个服务', en: 'No such service' },
  {
    zh: '没有名为“{id}”的服务；/api/services 列出可用服务。',
    en: 'There is no service of “{id}”; /api/services lists those there are.'
  }
)

export const notAcceptable = defineProblem(
  'WMTS_NOT_ACCEPTABLE',
  406,
  { zh: '无可用的格式', en: 'No acceptable format' },
  { zh: '此资源的格式是 {type}，不在 Accept 之列。', en: 'This resource is {type}, which Accept does not name.' }
)

const coded = (make: ProblemMaker, exceptionCode: ExceptionCode, values: Record<string, unknown>, locator?: string) =>
  make(values, { members: { exceptionCode, locator } })

/** A value as it may be echoed. */
const brief = (value: string) => value.slice(0, 60)

export const missing = (name: string): Problem => coded(missingParameter, 'MissingParameterValue', { name }, name)

export const invalid = (name: string, value: string, expected: string): Problem =>
  coded(invalidParameter, 'InvalidParameterValue', { name, value: brief(value), expected }, name)

/** A hidden layer is unknown, too. */
export const noLayer = (value: string): Problem =>
  coded(unknownLayer, 'InvalidParameterValue', { value: brief(value) }, 'layer')

export const beyond = (name: 'TileRow' | 'TileCol', value: number, min: number, max: number): Problem =>
  coded(outOfRange, 'TileOutOfRange', { name, value, min, max }, name)

/** @param max the last pixel */
export const outsideTile = (name: 'I' | 'J', value: number, max: number): Problem =>
  coded(pointOutside, 'PointIJOutOfRange', { name, value, max }, name)

export const noStyle = (layer: string, value: string, styles: readonly string[]): Problem =>
  coded(unknownStyle, 'InvalidParameterValue', { layer, value: brief(value), styles: styles.join(', ') }, 'style')

export const cannotQuery = (layer: string): Problem =>
  coded(notQueryable, 'OperationNotSupported', { layer }, 'GetFeatureInfo')

export const noVersion = (value: string): Problem =>
  coded(versions, 'VersionNegotiationFailed', { value: brief(value) })

export const noSequence = (value: string, current: string): Problem =>
  coded(updateSequence, 'InvalidUpdateSequence', { value: brief(value), current })

/** Of GetFeatureInfo a tile beyond the limits is a wrong value of a parameter: so the test suite of the OGC has it. */
export async function rangeAsValue<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof Problem) || error.members['exceptionCode'] !== 'TileOutOfRange') throw error
    const members = { ...error.members, exceptionCode: 'InvalidParameterValue' }
    throw new Problem(error.code, error.status, error.title, error.text, { members })
  }
}
