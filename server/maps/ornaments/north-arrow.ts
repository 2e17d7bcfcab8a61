import { type Drawing, INK, PAPER } from './drawing.ts'

/** An arrow to the north of the map's grid, which is up in every picture. */
export function northArrow(): Drawing {
  const half = (side: number) => `M14 14L${14 + side * 8} 40L14 34Z`
  return {
    width: 28,
    height: 44,
    shapes: [
      { path: half(-1), fill: INK, stroke: INK, strokeWidth: 0.8 },
      { path: half(1), fill: PAPER, stroke: INK, strokeWidth: 0.8 }
    ],
    texts: [{ text: 'N', x: 14, y: 11, size: 11, anchor: 'middle', bold: true, halo: PAPER }]
  }
}
