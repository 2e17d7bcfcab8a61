import { defineProblem, type ProblemDetail, type Text } from '../../lib/errors.ts'

/** What can be wrong with a parcel's file, code or choice; beside problems.ts, which has what every form shares. */

const problem = (code: string, title: [string, string], zh: string, en: string, status = 422) =>
  defineProblem(code, status, { zh: title[0], en: title[1] }, { zh, en })

/** A place in a TXT, for `errors[]`. */
export const atLine = (line: number, message: Text): { details: ProblemDetail[] } => ({ details: [{ line, message }] })

export const txtUnreadable = problem(
  'TXT_UNREADABLE',
  ['无法读取界址点 TXT', 'The boundary-point TXT cannot be read'],
  'TXT 第 {line} 行：{zh}。',
  'TXT line {line}: {en}.'
)
export const txtZoneMismatch = problem(
  'TXT_ZONE_MISMATCH',
  ['带号与坐标不符', 'The zone number does not fit the coordinates'],
  'TXT 第 {line} 行：坐标 {seen} 的带号与声明的 {declared} 不符。请核对“带号”“几度分带”与 Y 坐标后重新导出；系统不作猜测。',
  'TXT line {line}: the coordinate {seen} is not of the declared {declared}. Check 带号, 几度分带 and the Y coordinates and export again; nothing is guessed.'
)
export const txtAxisSwapped = problem(
  'AXIS_SWAPPED',
  ['坐标轴颠倒', 'The axes are swapped'],
  'TXT 第 {line} 行：X 为 {x}，Y 为 {y}。X 须为北坐标，Y 须为东坐标；此处两者颠倒。请交换两列后重新导出。',
  'TXT line {line}: X is {x} and Y is {y}. X must be the northing and Y the easting; here they are exchanged. Swap the two columns and export again.'
)
export const txtCoordinateWrong = problem(
  'TXT_COORDINATE_WRONG',
  ['坐标数值有误', 'A coordinate is wrong'],
  'TXT 第 {line} 行：X {x}、Y {y} 不可能是高斯克吕格的北、东坐标（X 约 1000000–7000000，Y 小于 1000000 或带两位带号）。',
  'TXT line {line}: X {x}, Y {y} cannot be a Gauss-Krüger northing and easting (X about 1000000–7000000, Y below 1000000 or with a two-digit zone number).'
)
export const txtTransformation = problem(
  'TXT_TRANSFORMATION',
  ['含转换参数', 'Transformation parameters are given'],
  'TXT 第 {line} 行：转换参数为“{value}”。本系统不套用转换参数，请先转换为 CGCS2000 坐标，并将转换参数留空。',
  'TXT line {line}: 转换参数 is "{value}". Transformation parameters are not applied here: convert to CGCS2000 first and leave them blank.'
)
export const txtNotPolygon = problem(
  'TXT_NOT_POLYGON',
  ['不是面', 'Not a polygon'],
  'TXT 第 {line} 行：记录图形属性为“{kind}”，只能审查“面”。',
  'TXT line {line}: 记录图形属性 is "{kind}"; only 面 (polygon) can be checked.'
)
export const txtTooFewPoints = problem(
  'TXT_TOO_FEW_POINTS',
  ['界址点过少', 'Too few boundary points'],
  'TXT 第 {line} 行起的圈只有 {count} 个不同的点，至少需要 3 个。',
  'The ring from TXT line {line} has {count} distinct points; at least 3 are needed.'
)
export const txtCountMismatch = problem(
  'TXT_COUNT_MISMATCH',
  ['界址点数不符', 'The number of points does not fit'],
  'TXT 第 {line} 行声明 {declared} 个界址点，实有 {found} 个。文件可能不完整，请重新导出。',
  'TXT line {line} declares {declared} boundary points, and there are {found}. The file may be cut short; export it again.'
)
export const txtNotClosed = problem(
  'TXT_CLOSING_POINT_DIFFERS',
  ['闭合点不符', 'The closing point differs'],
  'TXT 第 {line} 行：{name} 应与圈的首点相同，坐标却不同。',
  'TXT line {line}: {name} closes the ring and should equal its first point, but its coordinates differ.'
)
export const txtDatum = problem(
  'DATUM_FOREIGN',
  ['基准不同', 'Another datum'],
  'TXT 第 {line} 行：坐标系为“{datum}”，不是 2000 国家大地坐标系，二者相差可达上百米。请先用当地参数转换。',
  'TXT line {line}: 坐标系 is "{datum}", not CGCS2000; they differ by up to a hundred metres and more. Convert it with the local parameters first.'
)
export const txtCrsUndeclared = problem(
  'CRS_UNDECLARED',
  ['未声明坐标系', 'The CRS is not declared'],
  'TXT 缺少 {missing}。请补全 [属性描述]，或在 crs 中声明坐标系，例如 "EPSG:4526"。',
  'The TXT lacks {missing}. Complete [属性描述], or declare the CRS in crs, for example "EPSG:4526".'
)
export const txtNotWritable = problem(
  'TXT_CRS_UNSUPPORTED',
  ['不能写成 TXT', 'It cannot be written as TXT'],
  '界址点 TXT 只能表达 CGCS2000 高斯克吕格坐标，不能表达 {crs}。',
  'A boundary-point TXT holds Gauss-Krüger coordinates of CGCS2000 only, not {crs}.'
)
export const plotNotOne = problem(
  'PLOT_NOT_ONE',
  ['须指明一个地块', 'One plot must be chosen'],
  '输入中有 {count} 个地块，{asked}。请在 plot 中写地块编号或序号（从 1 起）。有：{list}。',
  'There are {count} plots, {askedEn}. Give the number of one in plot, or its place from 1. There are: {list}.'
)
export const parcelCodeMalformed = problem(
  'PARCEL_CODE_MALFORMED',
  ['宗地代码有误', 'The parcel code is malformed'],
  '“{code}”不是{what}：{reason}。',
  '"{code}" is no parcel code (19) or unit code (28): {reasonEn}.'
)
export const parcelCodeUnknown = problem(
  'PARCEL_CODE_UNKNOWN',
  ['没有这宗地', 'No such parcel'],
  '图层 {layer}（修订 {revision}）中没有 {code}。请核对代码，或直接提交界址点。',
  'Layer {layer} (revision {revision}) has no {code}. Check the code, or send the boundary points.',
  404
)
export const parcelCodeAmbiguous = problem(
  'PARCEL_CODE_AMBIGUOUS',
  ['宗地代码不唯一', 'The parcel code is not unique'],
  '图层 {layer} 中有 {count} 个要素的代码为 {code}，不能确定是哪一个。请直接提交界址点。',
  'Layer {layer} has {count} features with the code {code}; which one is meant is not known. Send the boundary points.'
)
export const parcelLayerUnavailable = problem(
  'PARCEL_LAYER_UNAVAILABLE',
  ['不能按代码查找', 'Codes cannot be looked up'],
  '规则集 {ruleset} 没有可查的宗地图层。请直接提交界址点。',
  'Rule set {ruleset} has no parcel layer to look codes up in. Send the boundary points.'
)
export const acrossJurisdiction = problem(
  'OUT_OF_JURISDICTION',
  ['超出管辖范围', 'Outside the jurisdiction'],
  '地块有 {area} 平方米（{share}%）在{zh}界线之外，见 outside。请只提交界内部分，或由相应主管部门审查。',
  '{area} m² ({share} %) of the parcel lie outside the boundary of {en}; see outside. Send the part inside, or ask the authority of the other.'
)
export const datumNotForForm = problem(
  'DATUM_NOT_FOR_FORM',
  ['基准不适用', 'The datum does not fit the input'],
  '{datum} 只用于网络地图的经纬度（geojson，或经纬度的 wkt、vertices），不能用于 {form}。',
  '{datum} is the longitude latitude of web maps (geojson, or wkt and vertices in degrees); it does not go with {form}.'
)
export const fileUnreadable = problem(
  'FILE_UNREADABLE',
  ['无法读取文件', 'The file cannot be read'],
  '文件 {file}：{zh}。',
  'The file {file}: {en}.'
)
