import { type PictureCrs, projectionOf } from '../../lib/picture-crs.ts'

type Box = readonly [number, number, number, number]

/** Points along each side of a box by which its picture in another system is measured. */
const STEPS = 16

const areas = new WeakMap<PictureCrs, Box>()

/** Where a reference system can be used: minx, miny, maxx, maxy in its own units. */
export function areaOf(crs: PictureCrs): Box {
  const known = areas.get(crs) ?? projectBox(crs, crs.area)
  areas.set(crs, known)
  return known
}

/** Whether a box in units of a reference system touches the area it can be used in. */
export const meetsArea = (crs: PictureCrs, box: Box): boolean => overlap(box, areaOf(crs)) !== undefined

/**
 * A box around what is in a box of degrees, in units of a reference system, of what lies where that can be used.
 * @param degrees west, south, east, north
 * @returns minx, miny, maxx, maxy; undefined where nothing lies there
 */
export function boxIn(crs: PictureCrs, degrees: Box): Box | undefined {
  const inside = overlap(degrees, crs.area)
  return inside && projectBox(crs, inside)
}

function projectBox(crs: PictureCrs, [west, south, east, north]: Box): Box {
  if (!crs.proj) return [west, south, east, north]
  const { forward } = projectionOf(crs)
  const between = (from: number, to: number, i: number) => from + ((to - from) * i) / STEPS
  const points = Array.from({ length: STEPS + 1 }, (_, i) => [
    forward(between(west, east, i), south),
    forward(between(west, east, i), north),
    forward(west, between(south, north, i)),
    forward(east, between(south, north, i))
  ]).flat()
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

function overlap(a: Box, b: Box): Box | undefined {
  const [west, south] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  const [east, north] = [Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return west < east && south < north ? [west, south, east, north] : undefined
}
