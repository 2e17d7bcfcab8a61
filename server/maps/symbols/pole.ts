import type { Line } from './lines.ts'

/** How much farther from the sides the best place may be, as a share of the polygon's shorter side. */
const PRECISION = 1 / 40

interface Cell {
  x: number
  y: number
  half: number
  distance: number
  /** The most a point of the cell can be away from the rings. */
  most: number
}

/**
 * The place inside a polygon that lies the farthest from its sides: there its label stands. Cells of a grid are halved
 * as long as they may hold a better place (the way of Mapbox's polylabel, 2016).
 * @param rings the outer one first; closed or not
 */
export function poleOf(rings: readonly Line[]): [x: number, y: number] {
  const [outer = []] = rings
  const [left, top, right, bottom] = boxOf(outer)
  const side = Math.min(right - left, bottom - top)
  if (side === 0) return [left, top]
  const half = side / 2
  const precision = side * PRECISION
  const cells: Cell[] = []
  for (let x = left; x < right; x += side)
    for (let y = top; y < bottom; y += side) cells.push(cellAt(rings, x + half, y + half, half))
  let best = cellAt(rings, (left + right) / 2, (top + bottom) / 2, 0)
  while (cells.length > 0) {
    const cell = takeBest(cells)
    if (cell.distance > best.distance) best = cell
    if (cell.most - best.distance <= precision) continue
    const quarter = cell.half / 2
    for (const [dx, dy] of [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1]
    ] as const)
      cells.push(cellAt(rings, cell.x + dx * quarter, cell.y + dy * quarter, quarter))
  }
  return [best.x, best.y]
}

function boxOf(ring: Line): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < ring.length; i += 2) {
    left = Math.min(left, ring[i]!)
    right = Math.max(right, ring[i]!)
    top = Math.min(top, ring[i + 1]!)
    bottom = Math.max(bottom, ring[i + 1]!)
  }
  return [left, top, right, bottom]
}

function takeBest(cells: Cell[]): Cell {
  let at = 0
  for (let i = 1; i < cells.length; i++) if (cells[i]!.most > cells[at]!.most) at = i
  const cell = cells[at]!
  cells[at] = cells.at(-1)!
  cells.pop()
  return cell
}

function cellAt(rings: readonly Line[], x: number, y: number, half: number): Cell {
  const distance = distanceTo(rings, x, y)
  return { x, y, half, distance, most: distance + half * Math.SQRT2 }
}

/** Negative outside. */
function distanceTo(rings: readonly Line[], x: number, y: number): number {
  let isInside = false
  let least = Infinity
  for (const ring of rings)
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside
      least = Math.min(least, squareToSegment(x, y, ax, ay, bx, by))
    }
  return (isInside ? 1 : -1) * Math.sqrt(least)
}

function squareToSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length))
  return (x - ax - dx * share) ** 2 + (y - ay - dy * share) ** 2
}

/** The polygons of a feature's rings: the first ring is an outer one, and so is each that runs the same way round. */
export function polygonsOf(rings: readonly Line[]): Line[][] {
  const polygons: Line[][] = []
  let direction = 0
  for (const ring of rings) {
    const area = doubleArea(ring)
    if (area === 0) continue
    direction ||= Math.sign(area)
    if (Math.sign(area) === direction) polygons.push([ring])
    else polygons.at(-1)?.push(ring)
  }
  return polygons
}

function doubleArea(ring: Line): number {
  let sum = 0
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!
  return sum
}
