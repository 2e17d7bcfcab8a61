import { along, distance, type Point } from './plane.ts'

/** A smooth line through the points (centripetal-like Catmull–Rom), a point about every `step` metres. */
export function curve(points: readonly Point[], step: number): Point[] {
  const out: Point[] = []
  for (let i = 0; i + 1 < points.length; i++) {
    const b = points[i]!
    const c = points[i + 1]!
    const a = points[i - 1] ?? along(b, c, -1)
    const d = points[i + 2] ?? along(c, b, -1)
    const n = Math.max(1, Math.ceil(distance(b, c) / step))
    for (let k = 0; k < n; k++) out.push(spline(a, b, c, d, k / n))
  }
  out.push(points[points.length - 1]!)
  return out
}

function spline(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const at = (i: 0 | 1) =>
    0.5 *
    (2 * b[i] +
      (c[i] - a[i]) * t +
      (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t +
      (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t * t * t)
  return [at(0), at(1)]
}

/** Cuts the corners of a line, `rounds` times (Chaikin); its ends stay. */
export function softened(line: readonly Point[], rounds: number): Point[] {
  let out = [...line]
  for (; rounds > 0; rounds--) {
    const cut = out.slice(1).flatMap((b, i) => [along(out[i]!, b, 0.25), along(out[i]!, b, 0.75)])
    out = [out[0]!, ...cut.slice(1, -1), out[out.length - 1]!]
  }
  return out
}

/** Points at equal steps along a line, each with its unit direction. */
export function stations(line: readonly Point[], step: number): { at: Point; heading: Point }[] {
  const out: { at: Point; heading: Point }[] = []
  let next = step / 2
  let done = 0
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [line[i]!, line[i + 1]!]
    const length = distance(a, b)
    if (length === 0) continue
    while (next <= done + length) {
      out.push({ at: along(a, b, (next - done) / length), heading: [(b[0] - a[0]) / length, (b[1] - a[1]) / length] })
      next += step
    }
    done += length
  }
  return out
}

export function lengthOf(line: readonly Point[]): number {
  let sum = 0
  for (let i = 0; i + 1 < line.length; i++) sum += distance(line[i]!, line[i + 1]!)
  return sum
}

/** Cuts a line into pieces of about `length` metres that share their ends. */
export function pieces(line: readonly Point[], length: number): Point[][] {
  const out: Point[][] = []
  let piece: Point[] = [line[0]!]
  let done = 0
  for (let i = 1; i < line.length; i++) {
    done += distance(line[i - 1]!, line[i]!)
    piece.push(line[i]!)
    if (done >= length && i + 1 < line.length) {
      out.push(piece)
      piece = [line[i]!]
      done = 0
    }
  }
  if (piece.length > 1) out.push(piece)
  return out
}

/** How near a point is to many lines, by a grid of their vertices: lines must be dense (a vertex each ≤ 60 m). */
export class Nearness {
  readonly #cells = new Map<number, { point: Point; reach: number; line: number }[]>()
  readonly #size: number

  constructor(lines: readonly { line: readonly Point[]; reach: number }[], size: number) {
    this.#size = size
    lines.forEach(({ line, reach }, index) => {
      for (const point of line) {
        const key = this.#key(Math.floor(point[0] / size), Math.floor(point[1] / size))
        const cell = this.#cells.get(key)
        if (cell) cell.push({ point, reach, line: index })
        else this.#cells.set(key, [{ point, reach, line: index }])
      }
    })
  }

  #key(i: number, j: number): number {
    return i * 1_000_000 + j
  }

  /** The line with the least distance − reach, and both numbers; undefined where none is within the grid size. */
  nearest([x, y]: Point, except = -1): { line: number; distance: number; beyond: number } | undefined {
    let best: { line: number; distance: number; beyond: number } | undefined
    const [ci, cj] = [Math.floor(x / this.#size), Math.floor(y / this.#size)]
    for (let i = ci - 1; i <= ci + 1; i++)
      for (let j = cj - 1; j <= cj + 1; j++)
        for (const { point, reach, line } of this.#cells.get(this.#key(i, j)) ?? []) {
          if (line === except) continue
          const d = distance(point, [x, y])
          if (!best || d - reach < best.beyond) best = { line, distance: d, beyond: d - reach }
        }
    return best
  }
}
