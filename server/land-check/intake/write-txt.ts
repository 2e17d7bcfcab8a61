import { findCrs, prefixTwin } from '../../lib/crs.ts'
import { txtNotWritable } from './problems-intake.ts'

export interface TxtPlotOut {
  /** 地块编号 */
  no: string
  /** 地块名称 */
  name: string
  /** Polygons (shell, holes …) in metres of `crs`, easting northing, rings open or closed. */
  polygons: readonly (readonly (readonly (readonly number[])[])[])[]
  /** m², planar */
  area: number
  /** 地块用途 */
  use?: string
  /** 地类编码 */
  useCode?: string
}

/**
 * Plots as 界址点坐标 TXT (reference: land-check §2.7): X the northing, Y the easting with its zone number, four decimals
 * (the grid), CRLF. What is read back from it is the same parcel, with the same input hash.
 * @param o.crs a Gauss-Krüger CRS of CGCS2000 (EPSG:4491–4554), with or without zone number
 * @param o.date YYYY-MM-DD
 * @throws TXT_CRS_UNSUPPORTED for another CRS
 */
export function writeTxt(plots: readonly TxtPlotOut[], o: { crs: string; producer: string; date: string }): string {
  const crs = findCrs(o.crs)
  const prefixed = crs && (crs.gauss?.prefix ? crs : prefixTwin(crs))
  if (!crs?.gauss || !prefixed?.gauss?.prefix) throw txtNotWritable({ crs: o.crs })
  const shift = prefixed.gauss.falseEasting - crs.gauss.falseEasting
  const lines = [
    '[属性描述]',
    '格式版本号=1.01',
    `数据产生单位=${field(o.producer)}`,
    `数据产生日期=${o.date}`,
    '坐标系=2000国家大地坐标系',
    `几度分带=${prefixed.gauss.width}`,
    '投影类型=高斯克吕格',
    '计量单位=米',
    `带号=${prefixed.gauss.prefix}`,
    '精度=0.0001',
    '转换参数=,,,,,,',
    '[地块坐标]',
    ...plots.flatMap(plot => plotLines(plot, shift))
  ]
  return `${lines.join('\r\n')}\r\n`
}

function plotLines({ no, name, polygons, area, use = '', useCode = '' }: TxtPlotOut, shift: number): string[] {
  let point = 0
  const rings = polygons.flat().map((ring, i) => {
    const open = isClosed(ring) ? ring.slice(0, -1) : ring
    const lines = open.map(([x = 0, y = 0]) => `J${++point},${i + 1},${y.toFixed(4)},${(x + shift).toFixed(4)}`)
    const first = lines[0]
    return first === undefined ? [] : [...lines, first]
  })
  const count = rings.reduce((sum, ring) => sum + ring.length, 0)
  const hectares = (area / 1e4).toFixed(4)
  return [`${count},${hectares},${field(no)},${field(name)},面,,${field(use)},${field(useCode)},@`, ...rings.flat()]
}

const isClosed = (ring: readonly (readonly number[])[]) =>
  ring.length > 1 && ring[0]?.[0] === ring.at(-1)?.[0] && ring[0]?.[1] === ring.at(-1)?.[1]

/** A text that cannot end its field or line. */
const field = (text: string) => text.replace(/[,，@＠\r\n]/g, ' ').trim()
