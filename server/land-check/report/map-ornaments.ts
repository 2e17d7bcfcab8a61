import type { Say } from './input.ts'
import { type Frame, MAP, roundLength } from './map-frame.ts'
import type { DrawnText, Shape } from './model.ts'

/** What makes a map of a picture: frame, grid ticks with coordinates, scale, CRS, north. */

const RULE = '#222222'
const TICK = 4
const bottom = MAP.top + MAP.frameHeight
const right = MAP.left + MAP.frameWidth

const line = (path: string, strokeWidth = 0.6): Shape => ({
  path,
  stroke: RULE,
  strokeWidth,
  fill: 'none',
  clipped: false
})
const round = (n: number) => Math.round(n * 100) / 100

/** Eastings and northings that are marked: round numbers, about four along the longer side. */
function marks({ extent: [west, south, east, north] }: Frame) {
  const step = roundLength((east - west) / 4)
  const between = (from: number, to: number) => {
    const first = Math.ceil(from / step)
    return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step)
  }
  return { eastings: between(west, east), northings: between(south, north) }
}

/** The frame, a tick at every marked coordinate on all four sides, and a cross where two meet. */
export function tickMarks(frame: Frame): Shape[] {
  const { eastings, northings } = marks(frame)
  const xs = eastings.map(e => round(frame.toPaper([e, 0])[0]))
  const ys = northings.map(n => round(frame.toPaper([0, n])[1]))
  const vertical = xs.map(x => `M${x} ${MAP.top}L${x} ${MAP.top + TICK}M${x} ${bottom}L${x} ${bottom - TICK}`)
  const horizontal = ys.map(y => `M${MAP.left} ${y}L${MAP.left + TICK} ${y}M${right} ${y}L${right - TICK} ${y}`)
  const crosses = xs.flatMap(x =>
    ys.map(y => `M${round(x - 2)} ${y}L${round(x + 2)} ${y}M${x} ${round(y - 2)}L${x} ${round(y + 2)}`)
  )
  return [
    { ...line(crosses.join(''), 0.3), stroke: '#667788' },
    line([...vertical, ...horizontal].join('')),
    line(`M${MAP.left} ${MAP.top}L${right} ${MAP.top}L${right} ${bottom}L${MAP.left} ${bottom}Z`, 1)
  ]
}

const BAR_Y = bottom + 22
const barLength = ({ metresAPoint }: Frame) => roundLength(120 * metresAPoint)

/** Four fields, every other one black. */
export function scaleBar(frame: Frame): Shape[] {
  const field = barLength(frame) / frame.metresAPoint / 4
  return [0, 1, 2, 3].map(i => {
    const [from, to] = [round(MAP.left + i * field), round(MAP.left + (i + 1) * field)]
    const path = `M${from} ${BAR_Y}L${to} ${BAR_Y}L${to} ${BAR_Y + 5}L${from} ${BAR_Y + 5}Z`
    return { ...line(path), fill: i % 2 === 0 ? RULE : '#ffffff' }
  })
}

const ARROW = { x: right - 20, y: MAP.top + 38 }

/** Grid north is up. */
export function northArrow(): Shape[] {
  const { x, y } = ARROW
  const half = (side: number) => `M${x} ${y - 22}L${x + side * 6.5} ${y}L${x} ${y - 5}Z`
  return [
    {
      path: `M${x - 12} ${y - 34}L${x + 12} ${y - 34}L${x + 12} ${y + 5}L${x - 12} ${y + 5}Z`,
      fill: '#ffffff',
      fillOpacity: 0.85,
      clipped: false
    },
    { ...line(half(-1)), fill: RULE },
    { ...line(half(1)), fill: '#ffffff' }
  ]
}

export function mapTexts(frame: Frame, crs: string, say: Say): DrawnText[] {
  const { eastings, northings } = marks(frame)
  const small = { size: 6, color: '#333333' } as const
  const along = eastings.map((e): DrawnText => {
    return { ...small, x: round(frame.toPaper([e, 0])[0]), y: MAP.top - 3, text: String(e), anchor: 'middle' }
  })
  const upwards = northings.map((n): DrawnText => {
    const y = round(frame.toPaper([0, n])[1])
    return { ...small, x: MAP.left - 3, y, text: String(n), anchor: 'middle', upwards: true }
  })
  const inside = (texts: DrawnText[], at: 'x' | 'y', from: number, to: number) =>
    texts.filter(text => text[at] > from + 18 && text[at] < to - 18)
  const length = barLength(frame)
  const end = round(MAP.left + length / frame.metresAPoint)
  const unit = length >= 1000 ? `${length / 1000} km` : `${length} m`
  return [
    ...inside(along, 'x', MAP.left, right),
    ...inside(upwards, 'y', MAP.top, bottom),
    { x: ARROW.x, y: ARROW.y - 25, text: 'N', size: 8, anchor: 'middle', bold: true },
    { ...small, x: MAP.left, y: BAR_Y - 3, text: '0', anchor: 'middle' },
    { ...small, x: end, y: BAR_Y - 3, text: unit, anchor: 'middle' },
    { x: end + 24, y: BAR_Y + 5, text: `1:${frame.scale}`, size: 9, anchor: 'start', bold: true },
    {
      x: right,
      y: BAR_Y + 5,
      text: say(
        `${crs}，单位：米；上为坐标北；图廓注记 Y(E)、X(N)`,
        `${crs}, metres; grid north is up; the frame shows Y(E) and X(N)`
      ),
      size: 7,
      anchor: 'end',
      color: '#333333'
    }
  ]
}
