import type { Layer } from '../catalog/layer.ts'
import { name, type Statement, sql } from '../lib/sql.ts'
import { currentRows, OVERLAY_GRID, onGrid, parcelRows, type Shapes } from './plan-rule.ts'
import type { Ruleset } from './ruleset.ts'

/** What stood in the database when the check was made, read in the check's own snapshot. */
export interface LayerStanding {
  id: string
  revision: number
  featureCount: number
  contentHash: string
  publishedAt: string | null
  hasTable: boolean
}

export interface Snapshot {
  knownTime: string
  postgis: string
  geos: string
  proj: string
  layers: LayerStanding[]
}

export function planSnapshot(layerIds: string[]): Statement {
  const tables = layerIds.map(id => `data.${id.replaceAll('-', '_')}`)
  return sql`SELECT now() AS "knownTime", postgis_lib_version() AS postgis, split_part(postgis_geos_version(), '-', 1) AS geos,
    split_part(postgis_proj_version(), ' ', 1) AS proj,
    (SELECT coalesce(json_agg(json_build_object('id', l.id, 'revision', l.revision, 'featureCount', l.feature_count,
        'contentHash', l.content_hash, 'publishedAt', to_char(l.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'hasTable', to_regclass(w.tab) IS NOT NULL)), '[]')
      FROM unnest(${layerIds}::text[], ${tables}::text[]) AS w (id, tab) JOIN yitu.layer l ON l.id = w.id) AS layers`
}

/**
 * How much of the parcel the surveyed areas of each layer leave out, m²; a layer with no surveyed area near is absent.
 * One row. Invalid coverage polygons cover nothing.
 */
export function planCoverage(
  ruleset: Ruleset,
  layer: Layer,
  shapes: Shapes,
  layerIds: string[],
  validTime: string
): Statement {
  const { field, where } = ruleset.coverage!
  const covered = name(field)
  return sql`WITH ${parcelRows({ base: shapes.base })},
    extent AS MATERIALIZED (
      SELECT t.${covered}::text AS id, t.geom ${currentRows(layer, validTime, where)}
      AND t.${covered}::text = ANY(${layerIds}::text[])
      AND t.geom && (SELECT ST_Transform(ST_Segmentize(ST_Envelope(p.geom), 1000), 4490) FROM parcel p) AND ST_IsValid(t.geom)),
    surveyed AS (SELECT e.id, ST_Union(${onGrid(ruleset, sql`e.geom`)}, ${OVERLAY_GRID}) AS geom FROM extent e GROUP BY e.id)
    SELECT coalesce(json_object_agg(s.id, ST_Area(ST_Difference(p.geom, s.geom, ${OVERLAY_GRID}))), '{}') AS uncovered
    FROM surveyed s, parcel p`
}
