import { type Columns, LINE, NO_PLACE, POLYGON } from './columns.ts'

type Shapes = Pick<Columns, 'x' | 'y' | 'partEnds' | 'outer' | 'featureEnds' | 'kinds' | 'labels'>

/**
 * Finds one place for each feature's label.
 *
 * Inside an area: of the largest part, the middle of its widest stretch along the line halfway between the two vertices
 * that enclose the middle of its height. The line thus passes no vertex, and the place lies in the interior even of a
 * crescent or a ring (the method of ST_PointOnSurface). On a line: halfway along its longest part. Points have none:
 * they are labelled where they are.
 */
export function placeLabels(shapes: Shapes): void {
  const { featureEnds, kinds, labels } = shapes
  labels.fill(NO_PLACE)
  let part = 0
  for (let feature = 0; feature < featureEnds.length; feature++) {
    const end = featureEnds[feature]!
    const kind = kinds[feature]!
    const place = kind === POLYGON ? insideArea(shapes, part, end) : kind === LINE ? onLine(shapes, part, end) : null
    if (place) labels.set([Math.round(place[0]), Math.round(place[1])], feature * 2)
    part = end
  }
}

const firstVertex = ({ partEnds }: Shapes, part: number) => (part > 0 ? partEnds[part - 1]! : 0)

function insideArea(shapes: Shapes, from: number, end: number): [number, number] | null {
  const [first, last] = largestPolygon(shapes, from, end)
  const y = scanLine(shapes, firstVertex(shapes, first), shapes.partEnds[last - 1]!)
  const found: number[] = []
  for (let part = first; part < last; part++) {
    crossings(shapes, firstVertex(shapes, part), shapes.partEnds[part]!, y, found)
  }
  found.sort((a, b) => a - b)
  let best: [number, number] | null = null
  let widest = 0
  for (let i = 1; i < found.length; i += 2) {
    const width = found[i]! - found[i - 1]!
    if (width <= widest) continue
    widest = width
    best = [(found[i - 1]! + found[i]!) / 2, y]
  }
  return best
}

/** The parts that make up the polygon with the largest outer ring: the first one and one beyond the last. */
function largestPolygon(shapes: Shapes, from: number, end: number): [number, number] {
  const { outer } = shapes
  let [best, most] = [from, -1]
  for (let part = from; part < end; part++) {
    if (outer[part] === 0) continue
    const area = doubleArea(shapes, firstVertex(shapes, part), shapes.partEnds[part]!)
    if (area <= most) continue
    most = area
    best = part
  }
  let last = best + 1
  while (last < end && outer[last] === 0) last++
  return [best, last]
}

function doubleArea({ x, y }: Shapes, from: number, end: number): number {
  let sum = 0
  for (let i = from + 1; i < end - 1; i++) {
    sum += (x[i]! - x[from]!) * (y[i + 1]! - y[from]!) - (y[i]! - y[from]!) * (x[i + 1]! - x[from]!)
  }
  return sum
}

function scanLine({ y }: Shapes, from: number, end: number): number {
  let [lowest, highest] = [Infinity, -Infinity]
  for (let i = from; i < end; i++) {
    lowest = Math.min(lowest, y[i]!)
    highest = Math.max(highest, y[i]!)
  }
  const middle = (lowest + highest) / 2
  let [below, above] = [lowest, highest]
  for (let i = from; i < end; i++) {
    if (y[i]! <= middle && y[i]! > below) below = y[i]!
    if (y[i]! > middle && y[i]! < above) above = y[i]!
  }
  return (below + above) / 2
}

function crossings({ x, y }: Shapes, from: number, end: number, line: number, found: number[]): void {
  for (let i = from, j = end - 1; i < end; j = i++) {
    if (y[j]! > line === y[i]! > line) continue
    found.push(x[j]! + ((line - y[j]!) / (y[i]! - y[j]!)) * (x[i]! - x[j]!))
  }
}

function onLine(shapes: Shapes, from: number, end: number): [number, number] | null {
  const { x, y, partEnds } = shapes
  const step = (i: number) => Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!)
  let [best, longest] = [from, -1]
  for (let part = from; part < end; part++) {
    let length = 0
    for (let i = firstVertex(shapes, part) + 1; i < partEnds[part]!; i++) length += step(i)
    if (length > longest) [best, longest] = [part, length]
  }
  let left = longest / 2
  for (let i = firstVertex(shapes, best) + 1; i < partEnds[best]!; i++) {
    const length = step(i)
    if (length >= left && length > 0) {
      const share = left / length
      return [x[i - 1]! + share * (x[i]! - x[i - 1]!), y[i - 1]! + share * (y[i]! - y[i - 1]!)]
    }
    left -= length
  }
  return null
}
