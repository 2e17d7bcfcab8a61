import { defineProblem } from '../lib/errors.ts'

/** What can be wrong with a parcel or a question. Every one says what was seen, what was expected and what to do. */

export const rulesetUnknown = defineProblem(
  'RULESET_UNKNOWN',
  404,
  { zh: '没有这个规则集', en: 'No such rule set' },
  { zh: '没有规则集 {id}。可用：{known}。', en: 'There is no rule set {id}. There are: {known}.' }
)
export const landCheckUnknown = defineProblem(
  'LAND_CHECK_UNKNOWN',
  404,
  { zh: '没有这条审查记录', en: 'No such land-check' },
  { zh: '没有审查记录 {id}。', en: 'There is no land-check {id}.' }
)
export const inputCount = defineProblem(
  'INPUT_NOT_ONE',
  422,
  { zh: '地块输入须且只能有一种', en: 'Exactly one parcel input' },
  {
    zh: '须且只能提供 geojson、wkt 与 crs、vertices 与 crs、txt、parcelCode 之一；收到：{seen}。',
    en: 'Give exactly one of geojson, wkt with crs, vertices with crs, txt, parcelCode; given: {seen}.'
  }
)
export const geometryUnreadable = defineProblem(
  'GEOMETRY_UNREADABLE',
  422,
  { zh: '无法读取几何', en: 'The geometry cannot be read' },
  { zh: '地块几何无法读取：{zh}。', en: 'The parcel cannot be read: {en}.' }
)
export const geometryTooLarge = defineProblem(
  'PAYLOAD_TOO_LARGE',
  413,
  { zh: '地块过于复杂', en: 'The parcel is too complex' },
  {
    zh: '地块有 {vertices} 个顶点、{parts} 个部分，上限为 10000 个顶点、200 个部分。请拆分后分别审查。',
    en: 'The parcel has {vertices} vertices in {parts} parts; at most 10000 vertices and 200 parts. Check it in pieces.'
  }
)
export const crsUndeclared = defineProblem(
  'CRS_UNDECLARED',
  422,
  { zh: '未声明坐标系', en: 'The CRS is not declared' },
  {
    zh: 'WKT 必须声明坐标系 crs，例如 "EPSG:4547";坐标顺序为 x y(东 北，或 经 纬)。',
    en: 'WKT needs its CRS declared in crs, for example "EPSG:4547"; coordinates are x y (easting northing, or longitude latitude).'
  }
)
export const crsUnsupported = defineProblem(
  'CRS_UNSUPPORTED',
  422,
  { zh: '不支持的坐标系', en: 'Unsupported CRS' },
  {
    zh: '{crs} 不能用于审查。可用：CGCS2000(EPSG:4490 及 4491–4554)、EPSG:4326、OGC:CRS84、规则集工作坐标系 {working}。网络墨卡托等显示坐标系不是测量坐标，请提交测量成果坐标。',
    en: '{crs} is not for a land-check. Use CGCS2000 (EPSG:4490 and 4491–4554), EPSG:4326, OGC:CRS84 or the rule set’s working CRS {working}. A display CRS such as Web Mercator is no survey: send surveyed coordinates.'
  }
)
export const datumForeign = defineProblem(
  'DATUM_FOREIGN',
  422,
  { zh: '基准不同', en: 'Another datum' },
  {
    zh: '{crs} 的基准是 {datum}，与 CGCS2000 相差可达上百米。请先用当地参数转换到 CGCS2000。',
    en: '{crs} stands on {datum}, up to a hundred metres and more from CGCS2000. Convert it with the local parameters first.'
  }
)
export const axisSwapped = defineProblem(
  'AXIS_SWAPPED',
  422,
  { zh: '坐标轴颠倒', en: 'The axes are swapped' },
  {
    zh: '坐标按 x y(东 北，或 经 纬)读取为 {seen}，不在 {place} 范围 {expected} 内；颠倒后则在。请交换每点两个数的顺序。',
    en: 'Read as x y (easting northing, or longitude latitude) the coordinates are {seen}, outside {expected} of {place}; swapped they are inside. Exchange the two numbers of every point.'
  }
)
export const zoneMismatch = defineProblem(
  'ZONE_MISMATCH',
  422,
  { zh: '带号与坐标系不符', en: 'The zone does not fit the CRS' },
  {
    zh: '声明为 {declared}，坐标为 {seen}；这些数值符合 {fits}{order}。请改正 crs 或坐标的带号。',
    en: 'Declared as {declared}, the coordinates are {seen}; these are numbers of {fits}{order}. Correct crs, or the zone number in the coordinates.'
  }
)
export const crsMismatch = defineProblem(
  'CRS_MISMATCH',
  422,
  { zh: '坐标与声明的坐标系不符', en: 'The coordinates do not fit the declared CRS' },
  {
    zh: '声明为 {declared}，坐标为 {seen}；这些数值符合 {fits}{order}。投影坐标请用 wkt 加 crs 提交；GeoJSON 只能是经纬度（RFC 7946）。',
    en: 'Declared as {declared}, the coordinates are {seen}; these are numbers of {fits}{order}. Send projected coordinates as wkt with crs; GeoJSON is longitude latitude (RFC 7946).'
  }
)
export const outOfJurisdiction = defineProblem(
  'OUT_OF_JURISDICTION',
  422,
  { zh: '超出管辖范围', en: 'Outside the jurisdiction' },
  {
    zh: '{outside} 个顶点（共 {vertices} 个）不在 {place} 的范围 {expected}({crs})内；坐标为 {seen}。',
    en: '{outside} of {vertices} vertices lie outside {expected} ({crs}) of {place}; the coordinates are {seen}.'
  }
)
export const precisionLow = defineProblem(
  'COORD_PRECISION_LOW',
  422,
  { zh: '坐标精度不足', en: 'The coordinates are too coarse' },
  {
    zh: '全部坐标至多只有 {seen} 位小数，审查至少需要 {needed} 位（{unit}）。请提交未取舍的测量坐标；确为整数时请用 WKT 写明小数位，如 407761.000。',
    en: 'No coordinate has more than {seen} decimals; a check needs {needed} ({unit}). Send the surveyed coordinates unrounded; where they are round indeed, write the decimals out in WKT, as in 407761.000.'
  }
)
export const geometryInvalid = defineProblem(
  'GEOMETRY_INVALID',
  422,
  { zh: '地块几何无效', en: 'The parcel is not a valid polygon' },
  {
    zh: '地块几何无效：{reason}{place}。请改正后重新提交；如附有 suggestedRepair，它仅供参考，未被采用。',
    en: 'The parcel is not a valid polygon: {reason}{place}. Correct it and ask again; suggestedRepair, where given, is an offer and was not used.'
  }
)
export const parcelTooLarge = defineProblem(
  'PARCEL_TOO_LARGE',
  422,
  { zh: '地块面积过大', en: 'The parcel is too large' },
  {
    zh: '地块面积 {area} 平方米，规则集 {ruleset} 的上限为 {limit} 平方米。',
    en: 'The parcel has {area} m²; rule set {ruleset} takes at most {limit} m².'
  }
)
export const layersUnavailable = defineProblem(
  'LAYER_UNAVAILABLE',
  503,
  { zh: '图层暂时不可用', en: 'The layers are not available' },
  {
    zh: '没有一条规则能够评定（数据库出错或超时），未作出结论。请稍后重试。',
    en: 'Not one rule could be evaluated (the database failed or timed out), so there is no verdict. Try again shortly.'
  }
)
