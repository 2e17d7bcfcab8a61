import { archiveOf, type Field, type Layer, tableSource } from '../../server/catalog/layer.ts'
import { name, type Queryable, sql } from '../../server/lib/sql.ts'

/** Something about a layer's table that is not as its definition says. */
export interface Finding {
  layer: string
  /** `error`: the layer cannot be served rightly; `warning`: it can, but slowly or with blemishes. */
  severity: 'error' | 'warning'
  message: string
}

interface Place {
  schema: string
  table: string
  geometry: string
  /** The column that tells its rows apart. */
  key: string
  /** Published in place: its types and CRS are its own. */
  foreign: boolean
}

const SRID = 4490

/** Where a layer's rows are. */
function placeOf(layer: Layer): Place {
  const source = tableSource(layer)
  return source
    ? { schema: source.schema, table: source.table, geometry: source.geometry, key: source.key, foreign: true }
    : { schema: 'data', table: layer.id.replaceAll('-', '_'), geometry: 'geom', key: 'feature_id', foreign: false }
}

/**
 * Compares a layer with its table: missing columns and ones of another type, the CRS, a spatial index, invalid
 * geometries, keys that occur twice. A layer without a table that was never published is no finding, nor is one whose
 * tiles come from an archive.
 */
export async function compareLayer(db: Queryable, layer: Layer): Promise<Finding[]> {
  if (archiveOf(layer)) return []
  const place = placeOf(layer)
  const found = (severity: Finding['severity'], message: string): Finding => ({ layer: layer.id, severity, message })
  const columns = await readColumns(db, place)
  if (columns.size === 0) {
    const published = place.foreign || (await isPublished(db, layer.id))
    return published ? [found('error', `there is no table ${place.schema}.${place.table}`)] : []
  }
  const wanted = [place.geometry, ...(place.foreign ? [place.key] : ['fid', 'feature_id', 'rev_from', 'rev_to'])]
  const missing = [...wanted, ...layer.fields.map(field => field.name)].filter(column => !columns.has(column))
  const errors = [
    ...[...new Set(missing)].map(column => found('error', `column ${column} is missing`)),
    ...(place.foreign
      ? []
      : layer.fields.flatMap(field => wrongType(field, columns.get(field.name))).map(text => found('error', text)))
  ]
  if (missing.length > 0) return errors
  const rows = await readGeometries(db, place)
  if (!rows) return errors
  const sridsWrong = place.foreign ? rows.srids.filter(srid => srid === 0) : rows.srids.filter(srid => srid !== SRID)
  if (sridsWrong.length > 0)
    errors.push(
      found('error', `geometries have the SRID ${sridsWrong.join(', ')}${place.foreign ? '' : `, not ${SRID}`}`)
    )
  if (rows.twice > 0) errors.push(found('error', `${rows.twice} keys occur more than once`))
  const warnings = [
    ...(rows.invalid > 0 ? [`${rows.invalid} of ${rows.count} geometries are invalid`] : []),
    ...(rows.empty > 0 ? [`${rows.empty} of ${rows.count} rows have no geometry`] : []),
    ...((await hasSpatialIndex(db, place)) ? [] : [`there is no spatial index on ${place.geometry}`])
  ]
  return [...errors, ...warnings.map(text => found('warning', text))]
}

async function isPublished(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.query(sql`SELECT 1 AS one FROM yitu.layer WHERE id = ${id} AND revision > 0`)
  return rows.length > 0
}

async function readColumns(db: Queryable, { schema, table }: Place): Promise<Map<string, string>> {
  const columns = await db.query<{ column: string; type: string }>(sql`
    SELECT a.attname::text AS column, format_type(a.atttypid, NULL) AS type
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = ${table} AND a.attnum > 0 AND NOT a.attisdropped`)
  return new Map(columns.map(({ column, type }) => [column, type]))
}

const TYPES: Record<Field['type'], string> = {
  text: 'text',
  code: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp with time zone'
}

const wrongType = (field: Field, type: string | undefined): string[] =>
  type === undefined || type === TYPES[field.type]
    ? []
    : [`column ${field.name} is ${type}, not ${TYPES[field.type]} (field type ${field.type})`]

async function readGeometries(db: Queryable, { schema, table, geometry, key: column, foreign }: Place) {
  const geom = name(geometry)
  const key = name(column)
  const current = foreign ? sql`` : sql` WHERE rev_to IS NULL`
  const [row] = await db.query<{ count: number; empty: number; invalid: number; twice: number; srids: number[] }>(sql`
    SELECT count(*)::bigint AS count,
      count(*) FILTER (WHERE ${geom} IS NULL OR ST_IsEmpty(${geom}))::bigint AS empty,
      count(*) FILTER (WHERE NOT ST_IsValid(${geom}))::bigint AS invalid,
      (count(*) - count(DISTINCT ${key}))::bigint AS twice,
      coalesce(json_agg(DISTINCT ST_SRID(${geom})) FILTER (WHERE ${geom} IS NOT NULL), '[]') AS srids
    FROM ${name(schema, table)}${current}`)
  return row
}

/** A view has the indexes of its tables, which are not followed: nothing is said of it. */
async function hasSpatialIndex(db: Queryable, { schema, table, geometry }: Place): Promise<boolean> {
  const rows = await db.query(sql`
    SELECT 1 AS one FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = ${table} AND (c.relkind = 'v' OR EXISTS (
      SELECT 1 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::smallint[])
      WHERE i.indrelid = c.oid AND am.amname IN ('gist', 'spgist', 'brin') AND a.attname = ${geometry}
        -- Of the rows of earlier revisions it helps nobody who looks for the present ones.
        AND pg_get_expr(i.indpred, i.indrelid) IS DISTINCT FROM '(rev_to IS NOT NULL)'))`)
  return rows.length > 0
}
