import { defineProblem, type Problem, type ProblemMaker } from '../../lib/errors.ts'

/**
 * What the standards have a name for (OGC 06-042 table E.1; OGC 01-068r3 annex A.3). What is wrong in another way is
 * reported without a code.
 */
export type ExceptionCode =
  | 'InvalidFormat'
  | 'InvalidCRS'
  | 'LayerNotDefined'
  | 'StyleNotDefined'
  | 'LayerNotQueryable'
  | 'InvalidPoint'
  | 'CurrentUpdateSequence'
  | 'InvalidUpdateSequence'
  | 'InvalidDimensionValue'
  | 'OperationNotSupported'

const parameterMissing = defineProblem(
  'WMS_PARAMETER_MISSING',
  400,
  { zh: '缺少参数', en: 'A parameter is missing' },
  { zh: '请求缺少参数 {name} 或其值为空。', en: 'The request lacks parameter {name}, or its value is empty.' }
)

const parameterInvalid = defineProblem(
  'WMS_PARAMETER_INVALID',
  400,
  { zh: '参数值无效', en: 'A parameter cannot be used' },
  {
    zh: '参数 {name} 的值“{value}”无效：应为 {expected}。',
    en: 'Parameter {name} has the value “{value}”; it must be {expected}.'
  }
)

const formatUnknown = defineProblem(
  'WMS_FORMAT_UNKNOWN',
  400,
  { zh: '没有这种格式', en: 'No such format' },
  {
    zh: '{name} 的值“{value}”不可用；可用格式：{formats}。',
    en: '{name} “{value}” is not offered; there are {formats}.'
  }
)

const crsUnknown = defineProblem(
  'WMS_CRS_UNKNOWN',
  400,
  { zh: '没有这个坐标系', en: 'No such reference system' },
  {
    zh: '{name} 的值“{value}”不可用；可用坐标系：{known}。',
    en: '{name} “{value}” is not offered; there are {known}.'
  }
)

const layerUnknown = defineProblem(
  'WMS_LAYER_UNKNOWN',
  400,
  { zh: '没有这个图层', en: 'No such layer' },
  {
    zh: '没有名为“{value}”的图层；GetCapabilities 列出可用图层。',
    en: 'No layer “{value}”; GetCapabilities lists those there are.'
  }
)

const styleUnknown = defineProblem(
  'WMS_STYLE_UNKNOWN',
  400,
  { zh: '没有这个样式', en: 'No such style' },
  {
    zh: '图层 {layer} 没有名为“{value}”的样式；GetCapabilities 列出可用样式，空值为默认样式。',
    en: 'Layer {layer} has no style “{value}”; GetCapabilities lists its styles, an empty name is the default one.'
  }
)

const stylesUneven = defineProblem(
  'WMS_STYLES_UNEVEN',
  400,
  { zh: '样式与图层数目不符', en: 'Not one style a layer' },
  {
    zh: 'STYLES 有 {styles} 项，LAYERS 有 {layers} 项：应各图层一项，或整个为空。',
    en: 'STYLES names {styles}, LAYERS {layers}: one a layer is needed, or none at all.'
  }
)

const notQueryable = defineProblem(
  'WMS_LAYER_NOT_QUERYABLE',
  400,
  { zh: '图层不可查询', en: 'The layer cannot be queried' },
  { zh: '图层 {layer} 不支持 GetFeatureInfo。', en: 'Layer {layer} does not answer GetFeatureInfo.' }
)

const pointOutside = defineProblem(
  'WMS_POINT_OUTSIDE',
  400,
  { zh: '点不在图中', en: 'The point is not in the picture' },
  {
    zh: '{name} 的值“{value}”不在图中：应为 0 到 {max} 的整数。',
    en: '{name} “{value}” is not in the picture: it must be a whole number from 0 to {max}.'
  }
)

const sequenceCurrent = defineProblem(
  'WMS_UPDATE_SEQUENCE_CURRENT',
  400,
  { zh: '已是最新', en: 'Nothing new' },
  { zh: 'updateSequence“{value}”就是当前值。', en: 'updateSequence “{value}” is the current one.' }
)

const sequenceInvalid = defineProblem(
  'WMS_UPDATE_SEQUENCE_INVALID',
  400,
  { zh: 'updateSequence 无效', en: 'No such updateSequence' },
  {
    zh: 'updateSequence“{value}”不是本服务给出过的值，当前为 {current}。请不带此参数重新请求。',
    en: 'This server never gave updateSequence “{value}”; it is at {current}. Ask again without it.'
  }
)

const dimensionInvalid = defineProblem(
  'WMS_DIMENSION_INVALID',
  400,
  { zh: '维度值无效', en: 'No such value of a dimension' },
  {
    zh: '图层 {layer} 的维度 {name} 不能取“{value}”：{expected}。',
    en: 'Dimension {name} of layer {layer} cannot be “{value}”: {expectedEn}.'
  }
)

const operationUnknown = defineProblem(
  'WMS_OPERATION_UNSUPPORTED',
  400,
  { zh: '不支持的操作', en: 'Operation not supported' },
  {
    zh: '本服务不支持 {name}；可用操作见 GetCapabilities。',
    en: 'This server has no {name}; GetCapabilities lists its operations.'
  }
)

const versionUnknown = defineProblem(
  'WMS_VERSION_UNKNOWN',
  400,
  { zh: '没有这个版本', en: 'No such version' },
  {
    zh: '本服务的版本是 1.1.1 和 1.3.0，请求的是“{value}”。',
    en: 'This server has the versions 1.1.1 and 1.3.0; asked for was “{value}”.'
  }
)

const tooLarge = defineProblem(
  'WMS_PICTURE_TOO_LARGE',
  400,
  { zh: '图片过大', en: 'The picture is too large' },
  {
    zh: '{name} 的值 {value} 过大：最大为 {max}。',
    en: '{name} {value} is too large: it must be {max} at most.'
  }
)

const tooManyLayers = defineProblem(
  'WMS_LAYERS_TOO_MANY',
  400,
  { zh: '图层过多', en: 'Too many layers' },
  { zh: '一次请求了 {count} 个图层，最多 {max} 个。', en: '{count} layers were asked for at once; {max} is the most.' }
)

const boxEmpty = defineProblem(
  'WMS_BOX_EMPTY',
  400,
  { zh: 'BBOX 无效', en: 'The BBOX is empty' },
  {
    zh: 'BBOX“{value}”中的最小值须小于最大值。',
    en: 'In BBOX “{value}” the lower values must be less than the upper ones.'
  }
)

export const noService = defineProblem(
  'WMS_SERVICE_UNKNOWN',
  404,
  { zh: '没有这个服务', en: 'No such service' },
  {
    zh: '没有名为“{id}”的服务；/api/services 列出可用服务。',
    en: 'There is no service of “{id}”; /api/services lists those there are.'
  }
)

export const notFound = defineProblem(
  'WMS_NOT_FOUND',
  404,
  { zh: '没有这个资源', en: 'No such resource' },
  { zh: '没有 {what}。', en: 'There is no {what}.' }
)

const coded = (make: ProblemMaker, exceptionCode: ExceptionCode, values: Record<string, unknown>, locator?: string) =>
  make(values, { members: { exceptionCode, locator } })

/** A value as it may be echoed. */
const brief = (value: string) => value.slice(0, 60)

export const missing = (name: string): Problem => parameterMissing({ name }, { members: { locator: name } })

export const invalid = (name: string, value: string, expected: string): Problem =>
  parameterInvalid({ name, value: brief(value), expected }, { members: { locator: name } })

export const noVersion = (value: string): Problem =>
  versionUnknown({ value: brief(value) }, { members: { locator: 'VERSION' } })

export const noFormat = (name: string, value: string, formats: readonly string[]): Problem =>
  coded(formatUnknown, 'InvalidFormat', { name, value: brief(value), formats: formats.join(', ') }, name)

export const noCrs = (name: string, value: string, known: readonly string[]): Problem =>
  coded(crsUnknown, 'InvalidCRS', { name, value: brief(value), known: known.join(', ') }, name)

/** A hidden layer is unknown, too. */
export const noLayer = (value: string): Problem =>
  coded(layerUnknown, 'LayerNotDefined', { value: brief(value) }, 'LAYERS')

export const noStyle = (layer: string, value: string): Problem =>
  coded(styleUnknown, 'StyleNotDefined', { layer, value: brief(value) }, 'STYLES')

export const unevenStyles = (layers: number, styles: number): Problem =>
  coded(stylesUneven, 'StyleNotDefined', { layers, styles }, 'STYLES')

export const cannotQuery = (layer: string): Problem =>
  coded(notQueryable, 'LayerNotQueryable', { layer: brief(layer) }, 'QUERY_LAYERS')

/** @param max the last pixel */
export const noPoint = (name: string, value: string, max: number): Problem =>
  coded(pointOutside, 'InvalidPoint', { name, value: brief(value), max }, name)

export const isCurrent = (value: string): Problem =>
  coded(sequenceCurrent, 'CurrentUpdateSequence', { value: brief(value) }, 'UPDATESEQUENCE')

export const noSequence = (value: string, current: string): Problem =>
  coded(sequenceInvalid, 'InvalidUpdateSequence', { value: brief(value), current }, 'UPDATESEQUENCE')

export const noDimension = (
  layer: string,
  name: string,
  value: string,
  expected: { zh: string; en: string }
): Problem =>
  coded(
    dimensionInvalid,
    'InvalidDimensionValue',
    { layer, name, value: brief(value), expected: expected.zh, expectedEn: expected.en },
    name.toUpperCase()
  )

export const noOperation = (name: string): Problem =>
  coded(operationUnknown, 'OperationNotSupported', { name: brief(name) }, 'REQUEST')

export const beyondLimit = (name: string, value: number, max: number): Problem =>
  tooLarge({ name, value, max }, { members: { locator: name } })

export const overfull = (count: number, max: number): Problem =>
  tooManyLayers({ count, max }, { members: { locator: 'LAYERS' } })

export const emptyBox = (value: string): Problem => boxEmpty({ value: brief(value) }, { members: { locator: 'BBOX' } })
