import { type Drawing, INK, PAPER } from './drawing.ts'

const FIELDS = 4
const TEXT = 10
const BAR = { y: 15, height: 5 }
/** Room for half of the numbers at both ends. */
const SIDE = 14

/** The round length (1, 2 or 5 times a power of ten) nearest below. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return ([5, 2, 1].find(n => n * power <= most) ?? 1) * power
}

/** `500 m`, `2 km`, `20 cm` */
export function lengthText(metres: number): string {
  if (metres >= 1000) return `${metres / 1000} km`
  return metres >= 1 ? `${metres} m` : `${Math.round(metres * 100)} cm`
}

/**
 * Four fields, every other one dark, with the length they stand for.
 * @param metresPerUnit metres on the ground that a unit of the drawing stands for
 * @param most units it may be long
 */
export function scaleBar(metresPerUnit: number, most: number): Drawing {
  const metres = roundLength(most * metresPerUnit)
  const field = metres / metresPerUnit / FIELDS
  const width = field * FIELDS
  const bottom = BAR.y + BAR.height
  const shapes = Array.from({ length: FIELDS }, (_, i) => {
    const [from, to] = [round(SIDE + i * field), round(SIDE + (i + 1) * field)]
    const path = `M${from} ${BAR.y}L${to} ${BAR.y}L${to} ${bottom}L${from} ${bottom}Z`
    return { path, fill: i % 2 === 0 ? INK : PAPER, stroke: INK, strokeWidth: 0.8 }
  })
  const label = { y: BAR.y - 4, size: TEXT, halo: PAPER }
  return {
    width: round(width + 2 * SIDE + 14),
    height: bottom + 4,
    shapes,
    texts: [
      { ...label, text: '0', x: SIDE, anchor: 'middle' },
      { ...label, text: lengthText(metres), x: round(SIDE + width), anchor: 'middle' }
    ]
  }
}

const round = (value: number) => Math.round(value * 100) / 100
