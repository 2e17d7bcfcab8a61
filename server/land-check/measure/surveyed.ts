import Flatbush from 'flatbush'
import type { Position } from 'geojson'
import { readWkb } from '../../lib/wkb.ts'
import type { SurveyedGroup } from './plan-coverage.ts'

/** west, south, east, north in metres of the working CRS. */
export type Box = readonly [number, number, number, number]

/** A surveyed area held in memory, to see at once where a parcel lies deep within it or far from it. */
export interface SurveyedArea {
  fid: number
  /** In force from the first day up to the last but not on it, YYYY-MM-DD. */
  validFrom: string | null
  validTo: string | null
  bounds: Box
  /** The edges of all rings by their boxes, and their ends: x y x y. */
  tree: Flatbush
  ends: Float64Array
}

/** @param row `fid`, `wkb` of the working CRS, `validFrom`, `validTo` */
export function surveyedArea(row: object): SurveyedArea {
  const { wkb, ...rest } = row as { fid: number; wkb: Buffer; validFrom: string | null; validTo: string | null }
  const geometry = readWkb(wkb)
  const rings: Position[][] =
    geometry.type === 'MultiPolygon'
      ? geometry.coordinates.flat()
      : geometry.type === 'Polygon'
        ? geometry.coordinates
        : []
  const edges = rings.flatMap(ring => ring.slice(1).map((to, i) => [...ring[i]!, ...to]))
  if (edges.length === 0) throw new Error(`The surveyed area ${rest.fid} is a ${geometry.type} without edges.`)
  const tree = new Flatbush(edges.length)
  for (const [ax, ay, bx, by] of edges as [number, number, number, number][]) {
    tree.add(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by))
  }
  tree.finish()
  const bounds: Box = [tree.minX, tree.minY, tree.maxX, tree.maxY]
  return { ...rest, bounds, tree, ends: Float64Array.from(edges.flat()) }
}

/**
 * What areas leave out of a parcel, by the place of their group, where no database needs to be asked: it lies in an area
 * of each group that is anywhere near.
 * @param around the parcel's box, wider by more than any rounding
 * @returns null where a boundary is near: the overlay decides
 */
export function settledBy(
  areas: readonly SurveyedArea[],
  groups: readonly SurveyedGroup[],
  around: Box,
  day: string
): Record<string, number> | null {
  const inForce = areas.filter(
    ({ validFrom, validTo }) => (!validFrom || validFrom <= day) && (!validTo || validTo > day)
  )
  const near = new Map(inForce.filter(({ bounds }) => meets(bounds, around)).map(area => [area.fid, area]))
  const settled: Record<string, number> = {}
  for (const [place, { fids }] of groups.entries()) {
    const those = fids.flatMap(fid => near.get(fid) ?? [])
    if (those.length === 0) continue
    if (!those.some(area => contains(area, around))) return null
    settled[place] = 0
  }
  return settled
}

const meets = (a: Box, b: Box): boolean => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]

/** Where no edge comes into the box all of it lies on one side: that of its corner (even–odd rule). */
function contains({ tree, ends }: SurveyedArea, [west, south, east, north]: Box): boolean {
  if (tree.search(west, south, east, north).length > 0) return false
  let inside = false
  for (const edge of tree.search(west, south, Infinity, south)) {
    const [ax, ay, bx, by] = ends.subarray(edge * 4, edge * 4 + 4) as unknown as [number, number, number, number]
    if (ay > south !== by > south && west < ax + ((south - ay) / (by - ay)) * (bx - ax)) inside = !inside
  }
  return inside
}
