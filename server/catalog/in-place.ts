import { createHash } from 'node:crypto'
import { type Database, join, literalSql, name, type Queryable, type Statement, sql } from '../lib/sql.ts'
import { type Layer, type LayerState, type TableSource, tableSource } from './layer.ts'
import { columnType, tableOf } from './table.ts'

type InPlace = Layer & { source: TableSource }

/** What a source table is found to be. */
interface Found {
  /** Fields and the columns of `source` that the table lacks. */
  missing: string[]
  /** The key is a whole number above 0, so that it can be the tiles' feature id. */
  numbered: boolean
}

export const isInPlace = (layer: Layer): layer is InPlace => tableSource(layer) !== undefined

/** The table that a layer is published from in place. */
export const sourceTable = ({ source }: Pick<InPlace, 'source'>) => name(source.schema, source.table)

/**
 * Publishes an existing table or view in place: a view of the columns that a managed layer's table has, in EPSG:4490,
 * so that everything that reads layers reads it too. Where the rows differ from the last time, the layer's revision
 * goes up and `yitu_catalog` is notified. The table itself is only read. There is no history: every revision shows the
 * rows of now.
 * @param always without it a table that has no `versionColumn` is left alone, as all of it would have to be read
 * @returns whether anything changed
 * @throws Error saying what of the table does not fit the definition
 */
export function publishInPlace(db: Database, layer: InPlace, always: boolean): Promise<boolean> {
  return db.transaction(async tx => {
    await tx.query(sql`INSERT INTO yitu.layer (id) VALUES (${layer.id}) ON CONFLICT (id) DO NOTHING`)
    // Servers of one database take turns.
    const [before] = await tx.query<{ revision: number; content_hash: string }>(
      sql`SELECT revision, content_hash FROM yitu.layer WHERE id = ${layer.id} FOR UPDATE`
    )
    if (!before) throw new Error(`yitu.layer has no row for ${layer.id}`)
    if (before.revision > 0 && !always && !layer.source.versionColumn) return false
    const made = await makeView(tx, layer)
    const hash = await fingerprint(tx, layer)
    if (!made && before.revision > 0 && hash === before.content_hash) return false
    const [now] = await tx.query<{ count: number; box: LayerState['bounds'] }>(sql`
      SELECT count(*)::bigint AS count, CASE WHEN count(geom) > 0 THEN json_build_array(
        min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))) END AS box
      FROM ${tableOf(layer)}`)
    const bounds = now?.box ? JSON.stringify(now.box) : null
    await tx.query(sql`UPDATE yitu.layer SET revision = revision + 1, feature_count = ${now?.count ?? 0}::bigint,
      bounds = ${bounds}::jsonb, content_hash = ${hash}, updated_at = now() WHERE id = ${layer.id}`)
    await tx.query(sql`SELECT pg_notify('yitu_catalog', ${`${layer.id}:${before.revision + 1}`})`)
    return true
  })
}

/** Makes the view where it is missing or was made from another definition. @returns whether it was made */
async function makeView(tx: Queryable, layer: InPlace): Promise<boolean> {
  const found = await inspect(tx, layer)
  const place = sourceTable(layer).identifier
  if (found.missing.length > 0) throw new Error(`${place} has no column ${found.missing.join(', ')}`)
  const select = planView(layer, found.numbered)
  const mark = createHash('sha256').update(select.text).digest('hex')
  const [there] = await tx.query<{ relkind: string; mark: string | null }>(sql`
    SELECT c.relkind::text AS relkind, obj_description(c.oid, 'pg_class') AS mark
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'data' AND c.relname = ${layer.id.replaceAll('-', '_')}`)
  if (there && there.relkind !== 'v')
    throw new Error(`data.${layer.id.replaceAll('-', '_')} holds uploaded data; move it away first`)
  if (there?.mark === mark) return false
  if (there) await tx.query(sql`DROP VIEW ${tableOf(layer)}`)
  await tx.query(sql`CREATE VIEW ${tableOf(layer)} AS ${select}`)
  await tx.query(sql`COMMENT ON VIEW ${tableOf(layer)} IS ${literalSql(`'${mark}'`)}`)
  return true
}

async function inspect(tx: Queryable, layer: InPlace): Promise<Found> {
  const { schema, table, geometry, key, versionColumn } = layer.source
  const columns = await tx.query<{ column: string; type: string }>(sql`
    SELECT a.attname::text AS column, format_type(a.atttypid, NULL) AS type
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = ${table} AND a.attnum > 0 AND NOT a.attisdropped`)
  if (columns.length === 0) throw new Error(`there is no table ${sourceTable(layer).identifier}`)
  const types = new Map(columns.map(({ column, type }) => [column, type]))
  const wanted = [geometry, key, ...(versionColumn ? [versionColumn] : []), ...layer.fields.map(field => field.name)]
  const missing = [...new Set(wanted)].filter(column => !types.has(column))
  const whole = /^(smallint|integer|bigint)$/.test(types.get(key) ?? '')
  const [low] = whole
    ? await tx.query<{ key: number | null }>(sql`SELECT min(${name(key)})::bigint AS key FROM ${sourceTable(layer)}`)
    : []
  return { missing, numbered: whole && (low?.key ?? 1) > 0 }
}

/** The columns of a managed layer's table; other keys than numbers are hashed to 53 bits, which JavaScript keeps whole. */
function planView(layer: InPlace, numbered: boolean): Statement {
  const { geometry, key } = layer.source
  const fid = numbered ? sql`s.${name(key)}` : sql`(hashtextextended(s.${name(key)}::text, 0) & 9007199254740991)`
  const fields = layer.fields.map(field => sql`s.${name(field.name)}::${columnType(field)} AS ${name(field.name)}`)
  return sql`SELECT ${fid} AS fid, s.${name(key)}::text AS feature_id, ST_Transform(s.${name(geometry)}, 4490) AS geom,
      ${join(fields)}, NULL::date AS valid_from, NULL::date AS valid_to, 0 AS rev_from, NULL::integer AS rev_to
    FROM ${sourceTable(layer)} s WHERE s.${name(geometry)} IS NOT NULL AND NOT ST_IsEmpty(s.${name(geometry)})`
}

/** What differs when rows do: the version column's greatest value and the count, or all rows where there is none. */
async function fingerprint(tx: Queryable, layer: InPlace): Promise<string> {
  const { versionColumn } = layer.source
  const version = versionColumn
    ? sql`max(${name(versionColumn)})::text`
    : sql`sum(hashtextextended(s::text, 0)::numeric)::text`
  const [row] = await tx.query<{ version: string | null; count: number }>(
    sql`SELECT ${version} AS version, count(*)::bigint AS count FROM ${sourceTable(layer)} s`
  )
  return `${row?.count} ${row?.version ?? ''}`
}
