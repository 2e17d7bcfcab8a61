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
  { zh: '{id} 是影像图层，没有矢量瓦片。', en: '{id} is a raster layer and has no vector tiles.' }
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

export const notAcceptable = defineProblem(
  'TILE_ENCODING_REFUSED',
  406,
  { zh: '无可用的内容编码', en: 'No acceptable encoding' },
  {
    zh: '瓦片可用 gzip 或不压缩（identity）发送，而 Accept-Encoding “{header}” 两者都拒绝。',
    en: 'Tiles are sent as gzip or as they are (identity); Accept-Encoding “{header}” refuses both.'
  }
)
