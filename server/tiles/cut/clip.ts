import { HIGH, LOW } from './frame.ts'

/** Places of one ring or line in tile units; only the first `length` count. */
export interface Path {
  x: Float64Array
  y: Float64Array
  length: number
}

export const newPath = (size = 1024): Path => ({ x: new Float64Array(size), y: new Float64Array(size), length: 0 })

/** Makes room for so many places in all; those there are may be lost. */
export function sizePath(path: Path, size: number): void {
  if (path.x.length >= size) return
  path.x = new Float64Array(size * 2)
  path.y = new Float64Array(size * 2)
}

const spare = newPath()

/**
 * Cuts a ring to the tile and its margin, in place (Sutherland & Hodgman 1974): what lies outside becomes a path along
 * the edge. A ring may come to nothing.
 */
export function clipRing(path: Path): void {
  sizePath(spare, path.length * 2 + 8)
  clipSide(path, spare, LOW, 1, false)
  clipSide(spare, path, HIGH, -1, false)
  clipSide(path, spare, LOW, 1, true)
  clipSide(spare, path, HIGH, -1, true)
}

/** Keeps what lies on the side of `bound` that `sign` points to; in x or, turned, in y. */
function clipSide(from: Path, to: Path, bound: number, sign: number, turned: boolean): void {
  const { length } = from
  sizePath(to, length * 2 + 8)
  const [a, b] = turned ? [from.y, from.x] : [from.x, from.y]
  const [outA, outB] = turned ? [to.y, to.x] : [to.x, to.y]
  let count = 0
  let lastA = a[length - 1]!
  let lastB = b[length - 1]!
  let lastIn = (lastA - bound) * sign >= 0
  for (let i = 0; i < length; i++) {
    const nextA = a[i]!
    const nextB = b[i]!
    const isIn = (nextA - bound) * sign >= 0
    if (isIn !== lastIn) {
      outA[count] = bound
      // From the inside outwards, whichever way the ring runs: neighbours find the same place on the edge they share.
      outB[count++] = isIn
        ? nextB + ((bound - nextA) / (lastA - nextA)) * (lastB - nextB)
        : lastB + ((bound - lastA) / (nextA - lastA)) * (nextB - lastB)
    }
    if (isIn) {
      outA[count] = nextA
      outB[count++] = nextB
    }
    lastA = nextA
    lastB = nextB
    lastIn = isIn
  }
  to.length = count
}

/**
 * Cuts a line to the tile and its margin (Liang & Barsky 1984) and hands over each stretch that is inside; the stretch
 * is only good until the next one.
 */
export function clipLine(path: Path, take: (stretch: Path) => void): void {
  const { x, y, length } = path
  sizePath(spare, length + 2)
  spare.length = 0
  for (let i = 1; i < length; i++) {
    const ax = x[i - 1]!
    const ay = y[i - 1]!
    const dx = x[i]! - ax
    const dy = y[i]! - ay
    let enter = 0
    let leave = 1
    for (let side = 0; side < 4; side++) {
      const speed = side === 0 ? -dx : side === 1 ? dx : side === 2 ? -dy : dy
      const room = side === 0 ? ax - LOW : side === 1 ? HIGH - ax : side === 2 ? ay - LOW : HIGH - ay
      if (speed === 0) {
        if (room < 0) leave = -1
      } else if (speed < 0) enter = Math.max(enter, room / speed)
      else leave = Math.min(leave, room / speed)
    }
    if (enter > leave) continue
    if (enter > 0 || spare.length === 0) {
      hand(spare, take)
      place(spare, ax + enter * dx, ay + enter * dy)
    }
    place(spare, leave < 1 ? ax + leave * dx : x[i]!, leave < 1 ? ay + leave * dy : y[i]!)
    if (leave < 1) hand(spare, take)
  }
  hand(spare, take)
}

function place(path: Path, x: number, y: number): void {
  path.x[path.length] = x
  path.y[path.length++] = y
}

function hand(path: Path, take: (stretch: Path) => void): void {
  if (path.length > 1) take(path)
  path.length = 0
}
