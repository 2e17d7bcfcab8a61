import type { Layer } from '../../catalog/layer.ts'
import { type Statement, sql } from '../../lib/sql.ts'
import { atRevision } from './plan-pieces.ts'

/** What stood in the database at the moment a check is made for, read in the check's own snapshot. */
export interface LayerStanding {
  id: string
  /** 0: not published by then. */
  revision: number
  featureCount: number
  contentHash: string
  publishedAt: string | null
  hasTable: boolean
  /** In which its features are kept in yitu.ground; null: they are not. */
  groundSrid: number | null
  /** And so that rules may look farther than the parcel's own ground. */
  groundWide: boolean | null
}

export interface Snapshot {
  /** What was published by then is known; ISO 8601 */
  knownTime: string
  postgis: string
  geos: string
  proj: string
  layers: LayerStanding[]
}

/** The revision each layer stands at: the latest, the latest published by `knownTime`, or the one that is named. One row. */
export function planSnapshot(
  layerIds: string[],
  at: { knownTime?: string | undefined; revisions?: Readonly<Record<string, number>> | undefined }
): Statement {
  const tables = layerIds.map(id => `data.${id.replaceAll('-', '_')}`)
  const named = layerIds.map(id => at.revisions?.[id] ?? null)
  const statement = sql`SELECT coalesce(${at.knownTime ?? null}::timestamptz, now()) AS "knownTime", postgis_lib_version() AS postgis,
    split_part(postgis_geos_version(), '-', 1) AS geos, split_part(postgis_proj_version(), ' ', 1) AS proj,
    (SELECT coalesce(json_agg(json_build_object('id', w.id, 'revision', coalesce(r.revision, 0),
        'featureCount', coalesce(r.feature_count, 0), 'contentHash', coalesce(r.content_hash, ''),
        'publishedAt', to_char(r.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'hasTable', t.oid IS NOT NULL, 'groundSrid', g.srid, 'groundWide', g.wide)), '[]')
      FROM unnest(${layerIds}::text[], ${tables}::text[], ${named}::integer[]) AS w (id, tab, named)
      CROSS JOIN LATERAL (SELECT to_regclass(w.tab) AS oid) AS t
      JOIN yitu.layer l ON l.id = w.id
      LEFT JOIN yitu.ground_layer g ON g.layer_id = w.id
      LEFT JOIN LATERAL (SELECT * FROM yitu.revision v WHERE v.layer_id = w.id AND CASE
          WHEN w.named IS NOT NULL THEN v.revision = w.named
          WHEN ${at.knownTime ?? null}::timestamptz IS NOT NULL THEN v.published_at <= ${at.knownTime ?? null}::timestamptz
          ELSE v.revision = l.revision END
        ORDER BY v.revision DESC LIMIT 1) AS r ON true) AS layers`
  return { ...statement, keepPlan: true }
}

/** The greatest offset, metres, between a stored line of the revision and the legal one: for ever the same. */
export const planMaxOffset = (layer: Layer, revision: number, offsetField: string): Statement =>
  sql`SELECT coalesce(max((t.fields ->> ${offsetField}::text)::float8), 0) AS "maxOffsetM"
    FROM yitu.ground t WHERE t.layer_id = ${layer.id} AND ${atRevision(revision)}`

/** The fields a revision was kept with in yitu.ground, by one of its rows. */
export const planKeptFields = (layer: Layer, revision: number): Statement =>
  sql`SELECT (SELECT json_agg(k) FROM jsonb_object_keys(t.fields) AS k) AS fields
    FROM yitu.ground t WHERE t.layer_id = ${layer.id} AND ${atRevision(revision)} LIMIT 1`
