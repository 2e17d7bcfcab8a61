import { PbfWriter } from 'pbf'
import type { StyleLayer } from '../../catalog/layer.ts'
import { findPictureCrs } from '../../lib/picture-crs.ts'
import { LINE, POINT, POLYGON } from './decoded-tile.ts'
import type { OrderGoods } from './render-thread.ts'

/** Features of the tile that is drawn, of each kind. */
const COUNTS = { areas: 4000, lines: 300, points: 120 }
/** Units along a tile's side. */
const EXTENT = 4096
/** Pixels along the side of the picture. */
const SIDE = 512
const KEY = 'rehearsal'

/**
 * A picture that nobody asked for, with areas, lines, circles and texts from a tile: a thread that has drawn it has
 * read the code and the font, and has compiled what each picture goes through.
 */
export function rehearsal(): OrderGoods {
  const side = 360 / 2 ** 14
  return {
    order: {
      frame: {
        crs: findPictureCrs('EPSG:4490')!,
        box: [0, 0, side, side],
        width: SIDE,
        height: SIDE,
        pixelRatio: 1
      },
      layers: [
        {
          style: KEY,
          sheet: null,
          source: { kind: 'tiles', grid: 'WebMercatorQuad', tiles: [{ z: 14, x: 8192, y: 8191, key: KEY }] }
        }
      ],
      background: null,
      type: 'image/png',
      margin: 0,
      wholeTexts: false,
      columns: 1,
      rows: 1
    },
    styles: new Map([[KEY, STYLE]]),
    sheets: new Map(),
    tiles: new Map([[KEY, makeTile()]])
  }
}

const STYLE: readonly StyleLayer[] = [
  {
    id: 'areas',
    type: 'fill',
    'source-layer': 'areas',
    paint: { 'fill-color': ['match', ['get', 'class'], '1', '#a0c0e0', '2', '#c0e0a0', '#e0e0e0'] }
  },
  {
    id: 'outlines',
    type: 'line',
    'source-layer': 'areas',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': '#808080', 'line-width': 1 }
  },
  {
    id: 'lines',
    type: 'line',
    'source-layer': 'lines',
    paint: { 'line-color': '#a06040', 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1, 16, 4] }
  },
  {
    id: 'points',
    type: 'circle',
    'source-layer': 'points',
    paint: { 'circle-color': '#406080', 'circle-radius': 3 }
  },
  {
    id: 'texts',
    type: 'symbol',
    'source-layer': 'points',
    layout: { 'text-field': ['get', 'name'], 'text-font': ['Noto Sans SC Regular'], 'text-size': 12 },
    paint: { 'text-color': '#203040', 'text-halo-color': '#ffffff', 'text-halo-width': 1 }
  }
]

/** A vector tile (MVT 2.1) of small squares, bent lines and named points, spread evenly. */
function makeTile(): Uint8Array {
  const tile = new PbfWriter()
  tile.writeMessage(3, writeLayer, { name: 'areas', kind: POLYGON, count: COUNTS.areas })
  tile.writeMessage(3, writeLayer, { name: 'lines', kind: LINE, count: COUNTS.lines })
  tile.writeMessage(3, writeLayer, { name: 'points', kind: POINT, count: COUNTS.points })
  return tile.finish()
}

interface Features {
  name: string
  kind: number
  count: number
}

const CLASSES = ['0', '1', '2']

function writeLayer({ name, kind, count }: Features, layer: PbfWriter): void {
  layer.writeVarintField(15, 2)
  layer.writeStringField(1, name)
  for (let i = 0; i < count; i++) layer.writeMessage(2, writeFeature, { kind, i, of: Math.ceil(Math.sqrt(count)) })
  for (const key of ['class', 'name']) layer.writeStringField(3, key)
  const names = Array.from({ length: count }, (_, i) => `一图 Yitu ${i}`)
  for (const text of [...CLASSES, ...names])
    layer.writeMessage(4, (value: string, entry) => entry.writeStringField(1, value), text)
  layer.writeVarintField(5, EXTENT)
}

interface Placed {
  kind: number
  /** Its number, and how many stand in a row. */
  i: number
  of: number
}

const SHAPES: Readonly<Record<number, (x: number, y: number, step: number) => number[]>> = {
  [POINT]: (x, y) => [command(1, 1), zigzag(x), zigzag(y)],
  [LINE]: (x, y, s) => [
    command(1, 1),
    zigzag(x),
    zigzag(y),
    command(2, 2),
    zigzag(s),
    zigzag(s),
    zigzag(s),
    zigzag(-s)
  ],
  [POLYGON]: (x, y, s) => {
    const across = zigzag(Math.ceil(s * 0.8))
    const back = zigzag(-Math.ceil(s * 0.8))
    return [command(1, 1), zigzag(x), zigzag(y), command(2, 3), across, 2, 1, across, back, 0, command(7, 1)]
  }
}

function writeFeature({ kind, i, of }: Placed, feature: PbfWriter): void {
  const step = EXTENT / of
  feature.writeVarintField(1, i + 1)
  feature.writePackedVarint(2, [0, i % CLASSES.length, 1, CLASSES.length + i])
  feature.writeVarintField(3, kind)
  feature.writePackedVarint(
    4,
    SHAPES[kind]!(Math.floor((i % of) * step), Math.floor(Math.floor(i / of) * step), Math.ceil(step))
  )
}

const command = (id: number, count: number): number => (count << 3) | id
const zigzag = (value: number): number => (value << 1) ^ (value >> 31)
