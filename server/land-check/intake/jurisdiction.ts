import { LRUCache } from 'lru-cache'
import { tableOf } from '../../catalog/table.ts'
import { sridOf } from '../../lib/crs.ts'
import type { Problem } from '../../lib/errors.ts'
import { type Queryable, type Statement, sql } from '../../lib/sql.ts'
import { readWkb } from '../../lib/wkb.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Polygons } from './given.ts'
import type { Ground } from './parcel-code.ts'
import { acrossJurisdiction } from './problems-intake.ts'

/** Whether parcels lie inside the boundary of the jurisdiction, and what of them does not. */

/** Edges x1 y1 x2 y2, one after the other, in the working CRS; in bands of northing, an edge in each that it crosses. */
interface Boundary {
  south: number
  /** Metres a band is high. */
  height: number
  bands: Float64Array[]
}

/** Boundaries by layer, content and CRS: what was published never changes, so this is no state but a shortcut. */
const known = new LRUCache<string, Boundary>({ max: 8 })

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
  const boundary = known.get(key) ?? banded(await readEdges(tx, rows))
  known.set(key, boundary)
  const near = parcels.filter(({ metres }) => !isClearlyInside(boundary, metres))
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
    CASE WHEN NOT ST_IsEmpty(b.geom) THEN ST_AsGeoJSON(ST_Transform(b.geom, 4490), 10, 0)::json END AS geometry
  FROM beyond b ORDER BY b.n`

async function readEdges(tx: Queryable, rows: Statement): Promise<number[]> {
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
  return edges
}

const BANDS = 512

function banded(edges: number[]): Boundary {
  let south = Number.POSITIVE_INFINITY
  let north = Number.NEGATIVE_INFINITY
  for (let i = 1; i < edges.length; i += 2) {
    south = Math.min(south, edges[i]!)
    north = Math.max(north, edges[i]!)
  }
  const height = Math.max((north - south) / BANDS, 1)
  const bands: number[][] = Array.from({ length: BANDS + 1 }, () => [])
  for (let i = 0; i < edges.length; i += 4) {
    const [ax, ay, bx, by] = edges.slice(i, i + 4) as [number, number, number, number]
    const first = Math.floor((Math.min(ay, by) - south) / height)
    const last = Math.floor((Math.max(ay, by) - south) / height)
    for (let band = first; band <= last; band++) bands[band]!.push(ax, ay, bx, by)
  }
  return { south, height, bands: bands.map(band => Float64Array.from(band)) }
}

/** Metres: what is as near as this to the boundary is left to the database. */
const NEAR_M = 1

/** No edge comes near the parcel's box, and a ray from it crosses an odd number of them. */
function isClearlyInside({ south, height, bands }: Boundary, metres: Polygons): boolean {
  const box = boxOf(metres)
  const px = metres[0]?.[0]?.[0]?.[0] ?? Number.NaN
  const py = metres[0]?.[0]?.[0]?.[1] ?? Number.NaN
  const bandOf = (y: number) => Math.floor((y - south) / height)
  let inside = false
  for (let band = bandOf(box.south); band <= bandOf(box.north); band++) {
    const edges = bands[band] ?? []
    const hasPoint = band === bandOf(py)
    for (let i = 0; i < edges.length; i += 4) {
      const ax = edges[i]!
      const ay = edges[i + 1]!
      const bx = edges[i + 2]!
      const by = edges[i + 3]!
      const isBeside = (ax < box.west && bx < box.west) || (ax > box.east && bx > box.east)
      const isApart = isBeside || (ay < box.south && by < box.south) || (ay > box.north && by > box.north)
      if (!isApart) return false
      if (hasPoint && ay > py !== by > py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = !inside
    }
  }
  return inside
}

/** Of the parcel, wider by what counts as near. */
function boxOf(metres: Polygons) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity }
  for (const [x, y] of metres.flat(2)) {
    box.west = Math.min(box.west, x - NEAR_M)
    box.south = Math.min(box.south, y - NEAR_M)
    box.east = Math.max(box.east, x + NEAR_M)
    box.north = Math.max(box.north, y + NEAR_M)
  }
  return box
}
