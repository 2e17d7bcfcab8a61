import { type Drawing, type DrawnText, INK, type Shape } from '../ornaments/drawing.ts'
import { roundLength } from '../ornaments/scale-bar.ts'

const TICK = 4
const TEXT = { size: 6, color: '#444444' } as const
/** No number closer to a corner than this. */
const CORNER = 24

/**
 * The frame of a map with a tick, and the coordinate, at round numbers of its reference system.
 * @param size of the frame, in points
 * @param box minx, miny, maxx, maxy in metres
 */
export function frameTicks(
  { width, height }: { width: number; height: number },
  [minx, miny, maxx, maxy]: readonly [number, number, number, number]
): Drawing {
  const step = roundLength((maxx - minx) / 4)
  const eastings = multiples(step, minx, maxx).map(value => ({ value, at: ((value - minx) / (maxx - minx)) * width }))
  const northings = multiples(step, miny, maxy).map(value => ({ value, at: ((maxy - value) / (maxy - miny)) * height }))
  const frame: Shape = { path: `M0 0L${width} 0L${width} ${height}L0 ${height}Z`, stroke: INK, strokeWidth: 1 }
  const ticks = [
    ...eastings.map(
      ({ at }) => `M${round(at)} 0L${round(at)} ${TICK}M${round(at)} ${height}L${round(at)} ${height - TICK}`
    ),
    ...northings.map(
      ({ at }) => `M0 ${round(at)}L${TICK} ${round(at)}M${width} ${round(at)}L${width - TICK} ${round(at)}`
    )
  ]
  const shapes = ticks.length > 0 ? [frame, { path: ticks.join(''), stroke: INK, strokeWidth: 0.5 }] : [frame]
  const along = inside(eastings, width).map(
    ({ value, at }): DrawnText => ({ ...TEXT, text: String(value), x: round(at), y: -3, anchor: 'middle' })
  )
  const upwards = inside(northings, height).map(
    ({ value, at }): DrawnText => ({
      ...TEXT,
      text: String(value),
      x: -3,
      y: round(at),
      anchor: 'middle',
      upwards: true
    })
  )
  return { width, height, shapes, texts: [...along, ...upwards] }
}

function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step)
}

const inside = <T extends { at: number }>(marks: T[], length: number): T[] =>
  marks.filter(({ at }) => at > CORNER && at < length - CORNER)

const round = (value: number) => Math.round(value * 100) / 100
