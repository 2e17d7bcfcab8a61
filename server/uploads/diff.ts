import { hashedRows, hashOfRows } from '../catalog/content-hash.ts'
import type { Layer } from '../catalog/layer.ts'
import { fieldColumns, tableOf } from '../catalog/table.ts'
import { join, type Name, name, type Statement, sql } from '../lib/sql.ts'
import { stagingTable } from './staging.ts'

/** The statements that turn staged rows into a revision. All of them work on whole sets. */

/** west, south, east, north in degrees, EPSG:4490 */
export type Bounds = [number, number, number, number]

type Tabled = Pick<Layer, 'id' | 'fields'>

const box = sql`CASE WHEN count(*) = 0 THEN NULL ELSE json_build_array(ST_XMin(ST_Extent(geom)), ST_YMin(ST_Extent(geom)),
  ST_XMax(ST_Extent(geom)), ST_YMax(ST_Extent(geom))) END`

const contentColumns = (layer: Tabled): Name[] => [...fieldColumns(layer), name('valid_from'), name('valid_to')]

const of = (alias: string, columns: Name[]) => join(columns.map(column => sql`${name(alias)}.${column}`))

/** Keys staged more than once, the first few, with how many there are. */
export function planDuplicates(stagingId: string, limit: number): Statement {
  return sql`SELECT feature_id, (count(*) OVER ())::integer AS total FROM ${stagingTable(stagingId)}
    GROUP BY feature_id HAVING count(*) > 1 ORDER BY feature_id COLLATE "C" LIMIT ${limit}`
}

/** Geometry is compared byte by byte: a vertex that moved by a nanometre is an edit somebody made. */
function sameAsStaged(layer: Tabled): Statement {
  const columns = contentColumns(layer)
  return sql`(${of('s', columns)}) IS NOT DISTINCT FROM (${of('t', columns)}) AND ST_AsBinary(s.geom) = ST_AsBinary(t.geom)`
}

/** Ends the current rows that differ from what is staged and, when replacing, those that are not staged at all. */
export function planClose(layer: Tabled, stagingId: string, mode: 'replace' | 'append', revision: number): Statement {
  const staged = stagingTable(stagingId)
  const same = sql`EXISTS (SELECT FROM ${staged} s WHERE s.feature_id = t.feature_id AND ${sameAsStaged(layer)})`
  const known = sql`EXISTS (SELECT FROM ${staged} s WHERE s.feature_id = t.feature_id)`
  return sql`WITH closed AS (
      UPDATE ${tableOf(layer)} t SET rev_to = ${revision}::integer
      WHERE t.rev_to IS NULL AND NOT ${same} ${mode === 'append' ? sql`AND ${known}` : sql``}
      RETURNING t.feature_id, t.geom)
    SELECT count(*)::integer AS closed, count(staged_id)::integer AS updated, ${box} AS box
    FROM (SELECT closed.geom, s.feature_id AS staged_id FROM closed LEFT JOIN ${staged} s USING (feature_id)) AS t`
}

/** Adds every staged row that is not current: after `planClose`, what is still current did not change. */
export function planInsert(layer: Tabled, stagingId: string, revision: number): Statement {
  const columns = contentColumns(layer)
  return sql`WITH added AS (
      INSERT INTO ${tableOf(layer)} (feature_id, geom, ${join(columns)}, rev_from)
      SELECT s.feature_id, s.geom, ${of('s', columns)}, ${revision}::integer FROM ${stagingTable(stagingId)} s
      WHERE NOT EXISTS (SELECT FROM ${tableOf(layer)} t WHERE t.feature_id = s.feature_id AND t.rev_to IS NULL)
      ORDER BY s._seq
      RETURNING geom)
    SELECT count(*)::integer AS added, ${box} AS box FROM added`
}

/** Count, bounds and content hash of the current rows. */
export function planSummary(layer: Tabled): Statement {
  return sql`SELECT count(*)::integer AS count, ${box} AS box, ${hashOfRows} AS hash
    FROM (${hashedRows(layer, sql`t.rev_to IS NULL`)}) AS hashed`
}
