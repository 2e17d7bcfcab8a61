import { ribbon } from './creeks.ts'
import { lengthOf } from './curve.ts'
import type { Point, Ring } from './plane.ts'

/**
 * A line widened to a band: one ring, or, where its bends are too tight for that, several that touch end to end. Each is
 * simple; together they follow the line.
 */
export function bands(line: readonly Point[], width: number): Ring[] {
  if (lengthOf(line) < 2) return []
  const ring = ribbon(line, width)
  if (ring) return [ring]
  if (line.length < 3) return []
  const middle = Math.floor(line.length / 2)
  return [...bands(line.slice(0, middle + 1), width), ...bands(line.slice(middle), width)]
}

/** A line moved sideways (left is positive), its vertices where the bends allow. */
export function offset(line: readonly Point[], by: number): Point[] {
  return line.map((p, i): Point => {
    const a = line[Math.max(0, i - 1)]!
    const b = line[Math.min(line.length - 1, i + 1)]!
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
    return [p[0] - (by * (b[1] - a[1])) / length, p[1] + (by * (b[0] - a[0])) / length]
  })
}
