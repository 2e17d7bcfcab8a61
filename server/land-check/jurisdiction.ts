import { LRUCache } from 'lru-cache'
import { tableOf } from '../catalog/table.ts'
import { sridOf } from '../lib/crs.ts'
import type { Problem } from '../lib/errors.ts'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'
import { readWkb } from '../lib/wkb.ts'
import type { Polygons } from './given.ts'
import type { Ground } from './parcel-code.ts'
import { acrossJurisdiction } from './problems-intake.ts'
import type { Ruleset } from './ruleset.ts'

/** Whether parcels lie inside the boundary of the jurisdiction, and what of them does not. */

/** Edges x1 y1 x2 y2, one after the other, in the working CRS. */
type Edges = Float64Array

/** Edges by layer, content and CRS: what was published never changes, so this is no state but a shortcut. */
const known = new LRUCache<string, Edges>({ max: 8 })

/**
 * Each parcel's problem, null where it lies inside (or no boundary is named), `unknown` where the boundary's layer
 * holds nothing. Parcels near the boundary are measured in the database, the others told by one ray.
 */
export async function findOutside(
  tx: Queryable,
  parcels: readonly { base: string; metres: Polygons }[],
  ruleset: Ruleset,
  ground: Ground | undefined
): Promise<(Problem | 'unknown' | null)[]> {
  const id = ruleset.jurisdiction.layer
  if (id === undefined || parcels.length === 0) return parcels.map(() => null)
  const layer = ground?.catalog.find(id)
  const standing = ground?.snapshot.layers.find(standing => standing.id === id)
  if (!layer || !ground || !standing?.hasTable || standing.featureCount === 0) {
    return parcels.map(() => 'unknown')
  }
  const { revision, contentHash } = standing
  const rows = sql`SELECT ST_Transform(t.geom, ${sridOf(ruleset.workingCrs)}::integer) AS geom FROM ${tableOf(layer)} t
    WHERE t.rev_from <= ${revision}::integer AND (t.rev_to IS NULL OR t.rev_to > ${revision}::integer)
      AND (t.valid_from IS NULL OR t.valid_from <= ${ground.validTime}::date)
      AND (t.valid_to IS NULL OR t.valid_to > ${ground.validTime}::date)`
  const key = [id, revision, contentHash, ruleset.workingCrs, ground.validTime].join(' ')
  const edges = known.get(key) ?? (await readEdges(tx, rows))
  known.set(key, edges)
  const near = parcels.filter(({ metres }) => !isClearlyInside(edges, metres))
  if (near.length === 0) return parcels.map(() => null)
  const outside = await tx.query<{ area: number; share: number; geometry: object | null }>(
    planOutside(
      near.map(({ base }) => base),
      rows
    )
  )
  if (outside.length !== near.length)
    throw new Error(`Of ${near.length} parcels the database placed ${outside.length}.`)
  const problems = new Map(near.map((parcel, i) => [parcel, outside[i]!]))
  return parcels.map(parcel => {
    const found = problems.get(parcel)
    if (!found || found.area === 0) return null
    const { zh, en } = ruleset.jurisdiction.title
    const { area, share, geometry } = found
    const members = { layer: id, revision, outside: { area, share, geometry } }
    return acrossJurisdiction({ area: area.toFixed(2), share: (share * 100).toFixed(2), zh, en }, { members })
  })
}

/** What lies along a shared edge within the grid is not outside. */
const planOutside = (bases: string[], rows: Statement) => sql`WITH district AS MATERIALIZED (
    SELECT ST_ReducePrecision(ST_Union(d.geom), 0.0001::float8) AS geom FROM (${rows}) AS d),
  parcel AS MATERIALIZED (SELECT p.n, p.base::geometry AS geom FROM unnest(${bases}::text[]) WITH ORDINALITY AS p (base, n)),
  beyond AS MATERIALIZED (SELECT p.n, p.geom AS base,
    ST_Multi(ST_CollectionExtract(ST_Difference(p.geom, district.geom, 0.0001::float8), 3)) AS geom FROM parcel p CROSS JOIN district)
  SELECT CASE WHEN ST_Area(b.geom) > 0.0001 * ST_Perimeter(b.base) THEN round(ST_Area(b.geom)::numeric, 6)::float8 ELSE 0 END AS area,
    round((ST_Area(b.geom) / ST_Area(b.base))::numeric, 6)::float8 AS share,
    CASE WHEN NOT ST_IsEmpty(b.geom) THEN ST_AsGeoJSON(ST_Transform(b.geom, 4490), 9, 0)::json END AS geometry
  FROM beyond b ORDER BY b.n`

async function readEdges(tx: Queryable, rows: Statement): Promise<Edges> {
  const found = await tx.query<{ wkb: Buffer }>(sql`SELECT ST_AsBinary(d.geom) AS wkb FROM (${rows}) AS d`)
  const edges: number[] = []
  for (const { wkb } of found) {
    const geometry = readWkb(wkb)
    const polygons =
      geometry.type === 'Polygon'
        ? [geometry.coordinates]
        : geometry.type === 'MultiPolygon'
          ? geometry.coordinates
          : []
    for (const ring of polygons.flat()) {
      for (let i = 1; i < ring.length; i++) edges.push(ring[i - 1]![0]!, ring[i - 1]![1]!, ring[i]![0]!, ring[i]![1]!)
    }
  }
  return Float64Array.from(edges)
}

/** Metres: what is as near as this to the boundary is left to the database. */
const NEAR_M = 1

/** No edge comes near the parcel's box, and a ray from it crosses an odd number of them. */
function isClearlyInside(edges: Edges, metres: Polygons): boolean {
  const points = metres.flat(2)
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [west, east, south, north] = [
    min(xs) - NEAR_M,
    -min(xs.map(x => -x)) + NEAR_M,
    min(ys) - NEAR_M,
    -min(ys.map(y => -y)) + NEAR_M
  ]
  const [px, py] = points[0]!
  let inside = false
  for (let i = 0; i < edges.length; i += 4) {
    const [ax, ay, bx, by] = [edges[i]!, edges[i + 1]!, edges[i + 2]!, edges[i + 3]!]
    const apart =
      Math.max(ax, bx) < west || Math.min(ax, bx) > east || Math.max(ay, by) < south || Math.min(ay, by) > north
    if (!apart) return false
    if (ay > py !== by > py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = !inside
  }
  return inside
}

const min = (numbers: number[]) => numbers.reduce((least, n) => Math.min(least, n), Number.POSITIVE_INFINITY)
