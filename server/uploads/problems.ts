import { defineProblem, type ProblemMaker } from '../lib/errors.ts'

/** What can be wrong with an upload: each says what, where, and what to do. */

const upload = (code: string, status: number, title: [string, string], zh: string, en: string): ProblemMaker =>
  defineProblem(`UPLOAD_${code}`, status, { zh: title[0], en: title[1] }, { zh, en })

// The request

export const notMultipart = upload(
  'NOT_MULTIPART',
  415,
  ['内容类型不对', 'Wrong content type'],
  '上传须为 multipart/form-data：文本字段 layer、title、mode，文件字段 file。收到的是 “{type}”。',
  'An upload is multipart/form-data: text fields layer, title and mode, and the file in the field file. This was "{type}".'
)
export const tooLarge = upload(
  'TOO_LARGE',
  413,
  ['文件过大', 'The file is too large'],
  '上传超过上限 {limit} 字节。请拆分后用 mode=append 分次上传，或请管理员调高 UPLOAD_MAX_BYTES。',
  'The upload is over the limit of {limit} bytes. Split it and upload the parts with mode=append, or ask the administrator to raise UPLOAD_MAX_BYTES.'
)
export const noFile = upload(
  'NO_FILE',
  400,
  ['没有文件', 'No file'],
  '请求里没有文件。请在字段 file 中放一个文件。',
  'The request holds no file. Put one file into the field file.'
)
export const cutOff = upload(
  'CUT_OFF',
  400,
  ['上传中断', 'The upload was cut off'],
  '连接在文件传完之前断开，没有保存任何内容。请重新上传。',
  'The connection ended before the file did; nothing was kept. Upload it again.'
)
export const emptyFile = upload(
  'EMPTY_FILE',
  400,
  ['文件为空', 'The file is empty'],
  '文件 {file} 为 0 字节。请确认导出成功后重新上传。',
  'The file {file} has 0 bytes. Check that it was exported properly and upload it again.'
)
export const badField = upload(
  'BAD_FIELD',
  400,
  ['表单字段有误', 'A form field is wrong'],
  '字段 {field}:{reason}。',
  'The field {field}: {reason_en}.'
)
export const unknownFormat = upload(
  'UNKNOWN_FORMAT',
  415,
  ['无法识别的文件', 'Not a file that can be read'],
  '文件 {file} 既不是 GeoJSON(UTF-8，以 { 开头)也不是 ZIP。请上传 GeoJSON，或把 Shapefile 的 .shp .shx .dbf .prj 打成一个 zip。',
  'The file {file} is neither GeoJSON (UTF-8, beginning with a brace) nor a ZIP. Upload GeoJSON, or a zip holding the .shp, .shx, .dbf and .prj of a shapefile.'
)

// GeoJSON

export const badJson = upload(
  'BAD_JSON',
  400,
  ['不是有效的 JSON', 'Not valid JSON'],
  '第 {line} 行第 {column} 列：{reason}。GeoJSON 中不能有 NaN、Infinity、注释或多余的逗号。请修正后重新上传。',
  'Line {line}, column {column}: {reason_en}. GeoJSON has no NaN, Infinity, comments or trailing commas. Correct it and upload again.'
)
export const notFeatures = upload(
  'NOT_A_FEATURE_COLLECTION',
  400,
  ['不是要素集合', 'Not a FeatureCollection'],
  'GeoJSON 的根须为 {"type":"FeatureCollection","features":[…]}(RFC 7946 §3.3):{reason}。请以要素集合导出。',
  'The root of the GeoJSON must be {"type":"FeatureCollection","features":[…]} (RFC 7946 §3.3): {reason_en}. Export it as a feature collection.'
)

// Zipped shapefile

export const badZip = upload(
  'BAD_ZIP',
  400,
  ['ZIP 已损坏', 'The zip is damaged'],
  'ZIP 无法读取：{reason}。请重新压缩并上传。',
  'The zip cannot be read: {reason}. Zip it again and upload it.'
)
export const zipTooMuch = upload(
  'ZIP_TOO_MUCH',
  413,
  ['ZIP 内容过多', 'The zip holds too much'],
  'ZIP 解开后{reason}。请只压缩一个 Shapefile 的文件。',
  'Unpacked, the zip {reason_en}. Zip only the files of one shapefile.'
)
export const unsafePath = upload(
  'UNSAFE_PATH',
  400,
  ['ZIP 内路径不安全', 'Unsafe path in the zip'],
  'ZIP 内的文件名 “{name}” 指向压缩包之外。请用普通的相对路径重新压缩。',
  'The name "{name}" in the zip leads outside of it. Zip it again with plain relative paths.'
)
export const noShapefile = upload(
  'NO_SHAPEFILE',
  400,
  ['ZIP 内没有 Shapefile', 'No shapefile in the zip'],
  'ZIP 内没有 .shp 文件（有：{names}）。请把 .shp .shx .dbf .prj 一起压缩。',
  'The zip holds no .shp file (it holds: {names}). Zip the .shp, .shx, .dbf and .prj together.'
)
export const severalShapefiles = upload(
  'SEVERAL_SHAPEFILES',
  400,
  ['ZIP 内有多个 Shapefile', 'Several shapefiles in the zip'],
  'ZIP 内有多个 Shapefile:{names}。请只留一个，或用字段 dataset 指明其中一个的名称。',
  'The zip holds several shapefiles: {names}. Keep one, or name one of them in the field dataset.'
)
export const incompleteShapefile = upload(
  'INCOMPLETE_SHAPEFILE',
  400,
  ['Shapefile 不完整', 'The shapefile is not complete'],
  'Shapefile {name} 缺少 {missing}。{advice}',
  'The shapefile {name} lacks {missing}. {advice_en}'
)
export const badShapefile = upload(
  'BAD_SHAPEFILE',
  400,
  ['Shapefile 已损坏', 'The shapefile is damaged'],
  'Shapefile 的 {part} 文件有误：{reason}。请重新导出后上传。',
  'The {part} file of the shapefile is wrong: {reason_en}. Export it again and upload it.'
)

// Coordinate reference systems

export const unknownCrs = upload(
  'UNKNOWN_CRS',
  422,
  ['无法识别的坐标系', 'Unknown coordinate reference system'],
  '无法识别坐标系 “{crs}”。请换算为 CGCS2000(EPSG:4490)或 WGS 84 经纬度后重新上传。',
  'The coordinate reference system "{crs}" is not known. Convert the data to CGCS2000 (EPSG:4490) or WGS 84 longitude latitude and upload again.'
)
export const oldDatum = upload(
  'OLD_DATUM',
  422,
  ['旧基准坐标系', 'A datum without public transformation'],
  '坐标系 “{crs}” 采用{datum}基准，没有公开的转换参数，直接使用会偏差约 100 米。请用本地参数转换为 CGCS2000 后重新上传。',
  'The coordinate reference system "{crs}" is on the {datum_en} datum, for which no transformation is public: taken as it is, it would lie about 100 m off. Convert it to CGCS2000 with the local parameters and upload again.'
)

// Layers

export const titleNeeded = upload(
  'TITLE_NEEDED',
  400,
  ['需要标题', 'A title is needed'],
  '没有图层 {layer}；新建图层须给出字段 title。若要更新已有图层，请核对 layer。',
  'There is no layer {layer}; to make one, give it a title in the field title. To update an existing layer, check the field layer.'
)
export const rasterLayer = upload(
  'RASTER_LAYER',
  400,
  ['影像图层', 'A raster layer'],
  '图层 {layer} 是影像图层，不接受矢量数据。请选择其他图层。',
  'Layer {layer} holds imagery and takes no vector data. Choose another layer.'
)
export const layerTaken = upload(
  'LAYER_TAKEN',
  409,
  ['图层标识已被占用', 'The layer id is taken'],
  '图层 {layer} 在此期间已由另一次上传以不同的字段或几何类型创建。请换一个图层标识，或按该图层的字段重新上传。',
  'Layer {layer} was meanwhile made by another upload with other fields or another geometry type. Choose another layer id, or upload again to fit that layer.'
)
export const duplicateKeys = upload(
  'DUPLICATE_KEYS',
  422,
  ['业务标识重复', 'Business keys are not unique'],
  '{count} 个业务标识在同一次上传中出现多次（字段 {field}），例如 {examples}。请使每个要素的标识唯一后重新上传。',
  '{count} business keys occur more than once in this upload (field {field}), for example {examples}. Give every feature a key of its own and upload again.'
)

// The data

export const notReadable = upload(
  'NOT_READABLE',
  422,
  ['数据无法读取', 'The data cannot be read'],
  'GDAL 无法完整读取数据：{reason}。请用 GIS 软件打开并重新导出后上传。',
  'GDAL cannot read the data in full: {reason}. Open it in a GIS, export it again and upload it.'
)
export const takesTooLong = upload(
  'TAKES_TOO_LONG',
  422,
  ['读取超时', 'Reading took too long'],
  '读取超过 {seconds} 秒，已停止。请拆分后用 mode=append 分次上传。',
  'Reading took more than {seconds} seconds and was stopped. Split the data and upload the parts with mode=append.'
)
export const noFeatures = upload(
  'NO_FEATURES',
  422,
  ['没有要素', 'No features'],
  '文件里没有要素，无法推断字段与几何类型。请上传至少含一个要素的文件。',
  'The file holds no features, so fields and geometry type cannot be inferred. Upload a file with at least one.'
)
export const mixedGeometry = upload(
  'MIXED_GEOMETRY',
  422,
  ['几何类型混杂', 'Mixed geometry types'],
  '文件里混有 {types}。一个图层只能有点、线、面中的一类，请拆成多个文件。',
  'The file mixes {types}. A layer holds points, lines or polygons: split it into several files.'
)
export const featuresRefused = upload(
  'FEATURES_REFUSED',
  422,
  ['要素未通过检查', 'Features did not pass the checks'],
  '{count} 处错误，没有发布任何内容。report.issues 逐个列出要素与原因；请修正后重新上传。',
  '{count} errors; nothing was published. report.issues lists feature and reason one by one: correct them and upload again.'
)
export const serverStopped = upload(
  'SERVER_STOPPED',
  503,
  ['服务器在处理期间停止', 'The server stopped at work'],
  '服务器在处理这次上传时停止，没有发布任何内容。请重新上传。',
  'The server stopped while it worked on this upload; nothing was published. Upload it again.'
)
export const uploadFailed = upload(
  'FAILED',
  500,
  ['处理失败', 'Processing failed'],
  '服务器处理这次上传时出错，没有发布任何内容，已记录。请重试；仍失败请带上传编号 {id} 联系管理员。',
  'The server failed at this upload and has logged it; nothing was published. Try again, and if it fails again quote upload {id} to the administrator.'
)
export const noUpload = upload(
  'NOT_FOUND',
  404,
  ['没有这次上传', 'No such upload'],
  '没有编号为 {id} 的上传。/api/uploads 列出最近的上传。',
  'There is no upload {id}. /api/uploads lists the latest.'
)
export const readOnlyLayer = upload(
  'LAYER_READ_ONLY',
  409,
  ['图层只读', 'The layer is read-only'],
  '图层 {layer} 直接发布数据库中已有的表，不接受上传。请在该表所属的系统中修改数据。',
  'Layer {layer} publishes an existing table in place and takes no uploads. Change the data in the system the table belongs to.'
)
export const tooManyFeatures = upload(
  'TOO_MANY_FEATURES',
  413,
  ['要素过多', 'Too many features'],
  '文件的要素超过 {limit} 个。请拆分后提交，或改用批量审查。',
  'The file has more than {limit} features. Split it, or ask for a job of many checks.'
)
