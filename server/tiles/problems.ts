import { defineProblem } from '../lib/errors.ts'

export const zoomOutOfRange = defineProblem(
  'TILE_OUT_OF_RANGE',
  404,
  { zh: '瓦片超出范围', en: 'Tile out of range' },
  {
    zh: '{id} 的矢量瓦片只有第 {min} 至 {max} 级，没有第 {z} 级。更深的级别请由客户端放大（overzoom）。',
    en: '{id} has vector tiles for zooms {min} to {max}, not for {z}. Deeper zooms are drawn by the client from the deepest (overzoom).'
  }
)

export const noVectorTiles = defineProblem(
  'TILE_NOT_VECTOR',
  404,
  { zh: '没有矢量瓦片', en: 'No vector tiles' },
  {
    zh: '{id} 是影像图层，只有图片瓦片，没有矢量瓦片。',
    en: '{id} is a raster layer: it has pictures for tiles, not vector tiles.'
  }
)

export const noArchive = defineProblem(
  'TILE_NO_ARCHIVE',
  404,
  { zh: '影像存档未就绪', en: 'No archive of pictures' },
  {
    zh: '{id} 是影像图层，其瓦片存档（DATA_DIR/archives）不存在或无法读取。',
    en: '{id} is a raster layer; the archive of its tiles (DATA_DIR/archives) is missing or cannot be read.'
  }
)

export const tooManyLayers = defineProblem(
  'TILE_TOO_MANY_LAYERS',
  400,
  { zh: '图层过多', en: 'Too many layers' },
  {
    zh: '一个瓦片最多合并 {max} 个图层，请求了 {count} 个。请分成多个数据源。',
    en: 'One tile joins at most {max} layers; {count} were asked for. Use several sources.'
  }
)

export const gridUnknown = defineProblem(
  'TILE_GRID_UNKNOWN',
  404,
  { zh: '没有这个瓦片网格', en: 'No such tile grid' },
  {
    zh: '没有名为 {id} 的瓦片网格。可用的有：{grids}。',
    en: 'There is no tile grid named {id}. There are: {grids}.'
  }
)

export const notAcceptable = defineProblem(
  'TILE_ENCODING_REFUSED',
  406,
  { zh: '无可用的内容编码', en: 'No acceptable encoding' },
  {
    zh: '瓦片可用 gzip、br 或不压缩（identity）发送，而 Accept-Encoding “{header}” 都拒绝。',
    en: 'Tiles are sent as gzip, br or as they are (identity); Accept-Encoding “{header}” refuses them all.'
  }
)

/** Seconds after which a refused tile may be asked for again. */
const RETRY_AFTER = 1

const busy = defineProblem(
  'TILE_OVERLOADED',
  503,
  { zh: '瓦片服务繁忙', en: 'Too many tiles at once' },
  {
    zh: '正在等待生成的 {id} 瓦片过多，请按 Retry-After 稍后重试。',
    en: 'Too many tiles of {id} are waiting to be made; try again after the time in Retry-After.'
  }
)

const late = defineProblem(
  'TILE_TOO_SLOW',
  503,
  { zh: '瓦片未能及时生成', en: 'The tile took too long' },
  {
    zh: '{id} 的瓦片在 {seconds} 秒内未能生成，请按 Retry-After 稍后重试。',
    en: 'The tile of {id} could not be made within {seconds} seconds; try again after the time in Retry-After.'
  }
)

/** Both say when to come back: `retryAfter`, in seconds. */
export const overloaded = (values: { id: string }) => busy(values, { members: { retryAfter: RETRY_AFTER } })
export const tooSlow = (values: { id: string; seconds: number }) =>
  late(values, { members: { retryAfter: RETRY_AFTER } })
