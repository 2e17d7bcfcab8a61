import type { Geometry } from 'geojson'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { GEOGRAPHIC_SRID, sridOf } from '../../lib/crs.ts'
import { join, type Queryable, type Statement, sql } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { Surrounding, Variant } from './input.ts'
import type { Extent } from './map-frame.ts'

/** The map whose layers show where the parcel is. */
const BASE_MAP = 'base'
/** Features of one layer on one map; more would be a blot. */
const MOST = 400

export interface Neighbourhood {
  surroundings: Surrounding[]
  synthetic: Set<string>
}

/**
 * What lies around a parcel, as it was known at the check: features of the layers of its rules at the revisions the
 * answer names, and of the base map at those published by then.
 * @param extent metres of the working CRS
 */
export async function readSurroundings(
  db: Queryable,
  catalog: Catalog,
  result: LandCheckResult,
  variant: Variant,
  extent: Extent
): Promise<Neighbourhood> {
  const layers = shownLayers(catalog, result, variant)
  const known = await knownRevisions(db, [...layers.keys()], result)
  const queries = [...layers.values()].flatMap(layer => {
    const revision = known.get(layer.id)?.revision
    return revision ? [around(layer, revision, result.parcel.crsWorking, extent)] : []
  })
  const surroundings =
    queries.length === 0
      ? []
      : await db.query<{ layer: string; geometry: Geometry }>(
          sql`SELECT layer, geometry FROM (${join(queries, ' UNION ALL ')}) AS s ORDER BY n, size DESC, layer, fid`
        )
  const synthetic = [...known].filter(([, { kind }]) => kind === 'seed').map(([id]) => id)
  return { surroundings, synthetic: new Set(synthetic) }
}

/**
 * Lines and areas of the base map, then those of the rules. Restricted layers only where a rule reads them; in the
 * public variant only what anybody may see.
 */
function shownLayers(catalog: Catalog, result: LandCheckResult, variant: Variant): Map<string, Layer> {
  const ruled = new Set(result.provenance.layers.map(({ id }) => id))
  const reads = new Set(result.rules.flatMap(({ layer }) => layer ?? []))
  const ids = [...(catalog.maps.get(BASE_MAP)?.layers ?? []).filter(id => !reads.has(id)), ...ruled]
  const shown = ids.flatMap(id => {
    const layer = catalog.find(id)
    if (!layer || /Point/.test(layer.geometry)) return []
    // Beside the layers of rules stands what only helps a check: coverage, jurisdiction.
    if (ruled.has(id) && !reads.has(id)) return []
    if (variant === 'public' ? layer.sharing !== 'open' : layer.sharing === 'restricted' && !reads.has(id)) return []
    return [[id, layer] as const]
  })
  return new Map(shown)
}

interface Known {
  layer: string
  revision: number
  kind: string
}

/** The revisions that the answer names; for other layers the last one published when it was given. */
async function knownRevisions(db: Queryable, ids: string[], { provenance, asOf }: LandCheckResult) {
  const frozen = new Map(provenance.layers.map(({ id, revision }) => [id, revision]))
  const all = [...new Set([...ids, ...frozen.keys()])]
  const rows = await db.query<Known>(sql`SELECT DISTINCT ON (r.layer_id) r.layer_id AS layer, r.revision, r.kind
    FROM unnest(${all}::text[], ${all.map(id => frozen.get(id) ?? null)}::integer[]) AS a (id, frozen)
    JOIN yitu.revision r ON r.layer_id = a.id
      AND CASE WHEN a.frozen IS NULL THEN r.published_at <= ${asOf.knownTime}::timestamptz ELSE r.revision = a.frozen END
    ORDER BY r.layer_id, r.revision DESC`)
  return new Map(rows.map(row => [row.layer, row]))
}

function around(layer: Layer, revision: number, crs: string, [west, south, east, north]: Extent): Statement {
  const srid = sridOf(crs)
  const box = sql`ST_MakeEnvelope(${west}::float8, ${south}::float8, ${east}::float8, ${north}::float8, ${srid}::integer)`
  return sql`(SELECT c.layer, c.n, c.fid, ST_Area(c.geom) AS size, ST_AsGeoJSON(c.geom, 3, 0)::json AS geometry FROM (
      SELECT ${layer.id}::text AS layer, ${drawOrder(layer)}::integer AS n, t.fid,
        ST_ClipByBox2D(ST_Transform(t.geom, ${srid}::integer), ${box}::box2d) AS geom
      FROM ${tableOf(layer)} t
      WHERE t.geom && ST_Transform(ST_Segmentize(${box}, ${Math.max(1, (east - west) / 8)}::float8), ${GEOGRAPHIC_SRID}::integer)
        AND t.rev_from <= ${revision}::integer AND (t.rev_to IS NULL OR t.rev_to > ${revision}::integer)
      ORDER BY t.fid LIMIT ${MOST}) AS c
    WHERE NOT ST_IsEmpty(c.geom))`
}

/** Areas under lines; small ones over large ones. */
const drawOrder = (layer: Layer) => (/Line/.test(layer.geometry) ? 1 : 0)
