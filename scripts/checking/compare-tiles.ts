import { areaInside, shapesOf, type TileShape } from './tile-shapes.ts'

export interface Difference {
  /** Features that both have. */
  common: number
  /** Features one has and the other has not that are large enough to be seen. */
  missing: number[]
  extra: number[]
  /** Common features whose shape or fields differ by more than rounding. */
  differing: string[]
  /** Of all polygons together, inside the tile itself: square units in one and the other. */
  areas: [number, number]
}

/**
 * Compares one layer of two tiles that were made in different ways. Rounding moves each vertex by up to a unit, and may
 * let what is smaller than a few units go.
 * @param small polygons below so many square units, and lines shorter than its root, need not be in both
 * @param reach a point may be missing where one is that lies no farther than so many units to each side
 */
export function compareTiles(
  mine: Uint8Array | null,
  theirs: Uint8Array | null,
  layer: string,
  small: number,
  reach = 0
): Difference {
  const [a, b] = [shapesOf(mine, layer), shapesOf(theirs, layer)]
  const visible = (shape: TileShape) => isVisible(shape, small)
  const onlyIn = (one: Map<number, TileShape>, other: Map<number, TileShape>) =>
    [...one].filter(([id, shape]) => id !== STAND_IN && !other.has(id) && visible(shape)).map(([id]) => id)
  const common = [...a].filter(([id]) => id !== STAND_IN && b.has(id))
  const compared = common.filter(([id, shape]) => visible(shape) && visible(b.get(id)!))
  const inside = (shapes: Map<number, TileShape>) =>
    [...shapes.values()].reduce((sum, shape) => sum + (shape.type === 3 ? areaInside(shape, EXTENT) : 0), 0)
  return {
    common: common.length,
    missing: reach > 0 ? withoutCompany(onlyIn(b, a), b, a, reach) : onlyIn(b, a),
    extra: onlyIn(a, b),
    differing: compared.flatMap(([id, shape]) => differences(shape, b.get(id)!).map(text => `${layer}/${id} ${text}`)),
    areas: [inside(a), inside(b)]
  }
}

const EXTENT = 4096
const BUFFER = 64
/** What stands for many features has no id of its own. */
const STAND_IN = -1

function isVisible(shape: TileShape, small: number): boolean {
  if (shape.type === 3) return isArea(shape, small)
  if (shape.type === 2) return shape.size > Math.sqrt(small)
  // At the end of the buffer rounding decides.
  return shape.parts.flat().some(({ x, y }) => Math.min(x, y) > -BUFFER && Math.max(x, y) < EXTENT + BUFFER)
}

/** Those of some features that are no points, or have none of the others' within reach. */
function withoutCompany(
  ids: number[],
  from: Map<number, TileShape>,
  others: Map<number, TileShape>,
  reach: number
): number[] {
  const points = (shape: TileShape) => (shape.type === 1 ? shape.parts.flat() : [])
  const cell = (value: number) => Math.floor(value / reach)
  const byCell = new Map<string, { x: number; y: number }[]>()
  for (const point of [...others.values()].flatMap(points)) {
    const key = `${cell(point.x)} ${cell(point.y)}`
    byCell.set(key, [...(byCell.get(key) ?? []), point])
  }
  const around = [-1, 0, 1]
  const isNear = (x: number, y: number) =>
    around.some(i =>
      around.some(j =>
        byCell.get(`${cell(x) + i} ${cell(y) + j}`)?.some(p => Math.abs(p.x - x) <= reach && Math.abs(p.y - y) <= reach)
      )
    )
  return ids.filter(id => {
    const own = points(from.get(id)!)
    return own.length === 0 || !own.every(({ x, y }) => isNear(x, y))
  })
}

/** Slivers of less than two units' width count as small, whatever their length. */
const isArea = ({ size, edges }: TileShape, small: number): boolean => size > small && size > edges

function differences(a: TileShape, b: TileShape): string[] {
  const faults: string[] = []
  if (a.type !== b.type) faults.push(`is of type ${a.type}, not ${b.type}`)
  // An edge moves by up to a unit at each end; a line may gain or lose as much where it is cut.
  const most =
    a.type === 3 ? Math.max(a.edges, b.edges) + 4 : a.type === 2 ? 2 * Math.max(a.vertices, b.vertices) + 4 : 0
  if (Math.abs(a.size - b.size) > most) faults.push(`measures ${a.size.toFixed(1)}, not ${b.size.toFixed(1)}`)
  if (a.type === 1 && b.type === 1) {
    const far = a.parts.flat().some((p, i) => {
      const q = b.parts.flat()[i]
      return !q || Math.max(Math.abs(p.x - q.x), Math.abs(p.y - q.y)) > 1
    })
    if (far) faults.push('lies elsewhere')
  }
  const fields = (shape: TileShape) =>
    JSON.stringify(Object.entries(shape.properties).sort(([x], [y]) => (x < y ? -1 : 1)))
  if (fields(a) !== fields(b)) faults.push(`has ${fields(a)}, not ${fields(b)}`)
  return faults
}
