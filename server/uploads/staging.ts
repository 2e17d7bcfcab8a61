import type { Layer } from '../catalog/layer.ts'
import { columnType } from '../catalog/table.ts'
import { join, literalSql, type Name, name, type Queryable, type Statement, sql } from '../lib/sql.ts'

/** One feature on its way into a layer. */
export interface StagedRow {
  /** Default: the first field's value as text; where that is null, an id derived from the content. */
  featureId?: string
  /** WKB (any byte order, 2D), longitude latitude in degrees, CGCS2000 (EPSG:4490). */
  geometry: Buffer
  /** In the order of `layer.fields`. */
  values: unknown[]
  /** From when to when it has legal effect, `YYYY-MM-DD`. */
  validFrom?: string | null
  validTo?: string | null
}

type StagedLayer = Pick<Layer, 'fields' | 'geometry'>

export const stagingTable = (stagingId: string): Name => name('staging', stagingId)

/**
 * Makes `staging.<stagingId>`, where an upload or the seed gathers rows before they are published. It is unlogged: a
 * crash empties it, and what was not published is uploaded again. `seq` counts from 0 in the order of staging.
 */
export async function createStaging(db: Queryable, layer: Layer, stagingId: string): Promise<void> {
  const columns = layer.fields.map(field => sql`${name(field.name)} ${columnType(field)}`)
  await db.query(sql`CREATE UNLOGGED TABLE ${stagingTable(stagingId)} (
    seq bigint GENERATED ALWAYS AS IDENTITY (START WITH 0 MINVALUE 0),
    feature_id text NOT NULL,
    geom geometry(Geometry, 4490) NOT NULL,
    ${join(columns, ',\n    ')},
    valid_from date,
    valid_to date
  )`)
}

/** Adds a batch of rows with one statement. A few hundred to a few thousand rows a call serve best. */
export async function stageRows(db: Queryable, layer: Layer, stagingId: string, rows: StagedRow[]): Promise<void> {
  if (rows.length > 0) await db.query(planStageRows(layer, stagingId, rows))
}

/** The insert behind `stageRows`: one array a column, so that its text does not depend on the number of rows. */
export function planStageRows(layer: StagedLayer, stagingId: string, rows: StagedRow[]): Statement {
  const fields = layer.fields.map(field => name(field.name))
  const [key] = fields
  if (!key) throw new Error('A layer has at least one field')
  const arrays = layer.fields.map((field, i) => sql`${rows.map(row => row.values[i] ?? null)}::${columnType(field)}[]`)
  const columns = join(fields)
  const content = sql`md5(concat_ws('|', encode(u.wkb, 'hex'), (SELECT to_json(v)::text FROM (SELECT ${columns}) AS v)))`
  return sql`INSERT INTO ${stagingTable(stagingId)} (feature_id, geom, ${columns}, valid_from, valid_to)
    SELECT coalesce(u.given_id, ${key}::text, 'g-' || ${content}), ${fitted(layer, sql`ST_GeomFromWKB(u.wkb, 4490)`)},
      ${columns}, u.valid_from, u.valid_to
    FROM unnest(${rows.map(row => row.featureId ?? null)}::text[], ${rows.map(row => row.geometry)}::bytea[],
      ${join(arrays)}, ${rows.map(row => row.validFrom ?? null)}::date[], ${rows.map(row => row.validTo ?? null)}::date[])
      WITH ORDINALITY AS u (given_id, wkb, ${columns}, valid_from, valid_to, place)
    ORDER BY u.place`
}

/** Single and multi are made to fit the layer where nothing is lost by it; other types stay as they are. */
function fitted(layer: StagedLayer, geometry: Statement): Statement {
  if (layer.geometry.startsWith('Multi')) return sql`ST_Multi(${geometry})`
  const multi = literalSql(`'ST_Multi${layer.geometry}'`)
  return sql`(SELECT CASE WHEN ST_GeometryType(g) = ${multi} AND ST_NumGeometries(g) = 1 THEN ST_GeometryN(g, 1) ELSE g END
    FROM (SELECT ${geometry} AS g) AS given)`
}

export async function dropStaging(db: Queryable, stagingId: string): Promise<void> {
  await db.query(sql`DROP TABLE IF EXISTS ${stagingTable(stagingId)}`)
}
