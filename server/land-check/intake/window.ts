import { type Crs, findCrs, GEOGRAPHIC_SRID, prefixTwin, sridOf } from '../../lib/crs.ts'
import type { Problem } from '../../lib/errors.ts'
import { type Queryable, type Statement, sql } from '../../lib/sql.ts'
import { axisSwapped, crsMismatch, outOfJurisdiction, zoneMismatch } from '../problems.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Polygons, Position } from './given.ts'

/**
 * Where coordinates may lie at all. The windows of a jurisdiction in longitude latitude, in its zone with and without
 * the zone number, and each with its axes exchanged, do not overlap: so a wrong declaration is certain, and is named;
 * nothing is ever guessed right.
 */

/** west, south, east, north, x y order */
export type Box = [number, number, number, number]

export interface Window {
  code: string
  srid: number
  box: Box
}

/** The CRSs worth looking at: the declared one first, the rule set's own, their twins by zone number, and degrees. */
export function candidateCrs(declared: string, ruleset: Ruleset): { code: string; srid: number }[] {
  const known = [declared, ruleset.workingCrs].map(code => findCrs(code) ?? { code, srid: sridOf(code) })
  const twins = known.flatMap(crs => prefixTwin(crs as Crs) ?? [])
  const all = [...known, ...twins, { code: 'EPSG:4490', srid: GEOGRAPHIC_SRID }]
  return all.filter((crs, i) => all.findIndex(other => other.srid === crs.srid) === i)
}

/** Boxes by SRID and extent: numbers that never change, so this is no state but a shortcut. */
const knownBoxes = new Map<string, Box>()
const MAX_KNOWN = 1000

/**
 * The padded windows of the rule set's jurisdiction in every CRS worth looking at, the declared one first.
 * @throws an Error where the database does not know one of the CRSs
 */
export async function windowsFor(tx: Queryable, declared: string, ruleset: Ruleset): Promise<Window[]> {
  const { extent, paddingM } = ruleset.jurisdiction
  const candidates = candidateCrs(declared, ruleset)
  const keyOf = (srid: number) => `${srid} ${extent.join(' ')}`
  const missing = candidates.filter(({ srid }) => !knownBoxes.has(keyOf(srid))).map(({ srid }) => srid)
  if (missing.length > 0) {
    if (knownBoxes.size > MAX_KNOWN) knownBoxes.clear()
    const rows = await tx.query<{ srid: number; box: Box }>(planWindows(missing, ruleset))
    for (const { srid, box } of rows) knownBoxes.set(keyOf(srid), box)
  }
  return candidates.map(({ code, srid }) => {
    const box = knownBoxes.get(keyOf(srid))
    if (!box) throw new Error(`The database does not know SRID ${srid}.`)
    return { code, srid, box: padded(box, findCrs(code)?.unit ?? 'metre', paddingM) }
  })
}

/** The jurisdiction's extent in every candidate CRS; long edges are divided, as a projection bends them. */
export function planWindows(srids: number[], ruleset: Ruleset): Statement {
  const [west, south, east, north] = ruleset.jurisdiction.extent
  return sql`SELECT s.srid::integer AS srid, json_build_array(ST_XMin(w.g), ST_YMin(w.g), ST_XMax(w.g), ST_YMax(w.g)) AS box
    FROM unnest(${srids}::integer[]) AS s (srid)
    CROSS JOIN LATERAL (SELECT ST_Transform(ST_Segmentize(ST_MakeEnvelope(${west}::float8, ${south}::float8, ${east}::float8,
      ${north}::float8, ${GEOGRAPHIC_SRID}::integer), 0.05), s.srid) AS g) AS w`
}

/** Widened by the rule set's padding; a degree of latitude is 111 km. */
export function padded([west, south, east, north]: Box, unit: 'degree' | 'metre', metres: number): Box {
  const pad = unit === 'degree' ? metres / 111_000 : metres
  return [west - pad, south - pad, east + pad, north + pad]
}

const inside = ([west, south, east, north]: Box, [x, y]: Position) => x >= west && x <= east && y >= south && y <= north
const swapped = ([x, y]: Position): Position => [y, x]
const places = (n: number) => Number(n.toFixed(Math.abs(n) > 1000 ? 0 : 4))

/** `x 379867…425335, y 2522574…2580460` */
const spell = ([west, south, east, north]: Box) =>
  `x ${places(west)}…${places(east)}, y ${places(south)}…${places(north)}`

function seenBox(points: Position[]): Box {
  const start: Box = [Infinity, Infinity, -Infinity, -Infinity]
  return points.reduce<Box>(
    ([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)],
    start
  )
}

/**
 * Whether every vertex lies where the jurisdiction is.
 * @param windows padded, the declared CRS first
 * @returns the problem (AXIS_SWAPPED, ZONE_MISMATCH, CRS_MISMATCH, OUT_OF_JURISDICTION), or null
 */
export function findMisplacement(polygons: Polygons, windows: Window[], ruleset: Ruleset): Problem | null {
  const points = polygons.flat(2)
  const declared = windows[0]!
  const outside = points.filter(point => !inside(declared.box, point))
  if (outside.length === 0) return null
  const place = ruleset.jurisdiction.title
  const seen = spell(seenBox(points))
  const base = { declared: declared.code, seen, place: `${place.zh} ${place.en}`, expected: spell(declared.box) }
  const members = { declared: declared.code, seen: seenBox(points), expected: declared.box }
  if (points.every(point => inside(declared.box, swapped(point)))) return axisSwapped(base, { members })
  for (const window of windows.slice(1)) {
    const straight = points.every(point => inside(window.box, point))
    if (!straight && !points.every(point => inside(window.box, swapped(point)))) continue
    const problem = findCrs(declared.code)?.gauss && findCrs(window.code)?.gauss ? zoneMismatch : crsMismatch
    const order = straight ? '' : '(坐标轴颠倒, axes swapped)'
    return problem({ ...base, fits: window.code, order }, { members: { ...members, fits: window.code } })
  }
  const wrongZone = foreignPrefix(declared, points)
  if (wrongZone) return zoneMismatch({ ...base, ...wrongZone, order: '' }, { members })
  const values = { ...base, outside: outside.length, vertices: points.length, crs: declared.code }
  return outOfJurisdiction(values, { members: { ...members, firstOutside: outside[0] } })
}

/** Eastings that begin with the number of another zone than the declared CRS has (a published sample does that). */
function foreignPrefix(declared: Window, points: Position[]): { fits: string } | null {
  const prefix = findCrs(declared.code)?.gauss?.prefix
  if (prefix === undefined) return null
  const found = new Set(points.map(([x]) => Math.floor(x / 1e6)))
  const [zone] = found
  if (found.size !== 1 || zone === undefined || zone === (prefix ?? 0) || zone < 13 || zone > 45) return null
  return { fits: `带号 zone ${zone}` }
}
