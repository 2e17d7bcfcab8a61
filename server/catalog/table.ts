import { join, literalSql, type Name, name, type Statement, sql } from '../lib/sql.ts'
import type { Field, Layer } from './layer.ts'

/** The table a managed layer lives in: its id with `_` for `-`, in schema `data`. */
export function tableOf(layer: Pick<Layer, 'id'>): Name {
  return name('data', layer.id.replaceAll('-', '_'))
}

const COLUMN_TYPES: Record<Field['type'], string> = {
  text: 'text',
  code: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz'
}

export const columnType = (field: Field): Statement => literalSql(COLUMN_TYPES[field.type])

/** Names a field may not have: the platform owns these columns. */
export const PLATFORM_COLUMNS = [
  'fid',
  'feature_id',
  'geom',
  'grid_geom',
  'valid_from',
  'valid_to',
  'rev_from',
  'rev_to'
] as const

/** Metres: the coordinates a land-check measures lie on this grid. */
export const GRID_M = 0.0001

/**
 * A stored geometry in a projected CRS on the grid; null where it is invalid, since nothing can be measured by it.
 * Shared boundaries of neighbours become the same numbers (reference: land-check §3.3, 4).
 */
export const onGrid = (geometry: Statement, srid: number): Statement =>
  literalSql(
    `CASE WHEN ST_IsValid(${geometry.text}) THEN ST_ReducePrecision(ST_Transform(${geometry.text}, ${srid}), ${GRID_M}) END`
  )

/** The field columns of a layer, in the order of its definition. */
export const fieldColumns = (layer: Pick<Layer, 'fields'>): Name[] => layer.fields.map(field => name(field.name))

/**
 * The statements that make a managed layer's table where it is missing. A row is current while `rev_to` is null;
 * geometries are CGCS2000 longitude latitude (EPSG:4490).
 */
export function planTable(layer: Pick<Layer, 'id' | 'fields' | 'geometry' | 'gridSrid'>): Statement[] {
  const table = tableOf(layer)
  const stem = layer.id.replaceAll('-', '_')
  const columns = layer.fields.map(field => sql`${name(field.name)} ${columnType(field)}`)
  const grid = layer.gridSrid ? sql`${gridColumn(layer.gridSrid)},` : sql``
  return [
    sql`CREATE TABLE IF NOT EXISTS ${table} (
      fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      feature_id text NOT NULL,
      geom geometry(${literalSql(layer.geometry)}, 4490) NOT NULL,
      ${grid}
      ${join(columns, ',\n      ')},
      valid_from date,
      valid_to date,
      rev_from integer NOT NULL,
      rev_to integer
    )`,
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_geom`)} ON ${table} USING gist (geom) WHERE rev_to IS NULL`,
    sql`CREATE UNIQUE INDEX IF NOT EXISTS ${name(`${stem}_current`)} ON ${table} (feature_id) WHERE rev_to IS NULL`,
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_revisions`)} ON ${table} (rev_to, rev_from)`,
    ...fieldIndexes(layer),
    ...(layer.gridSrid ? gridIndexes(layer) : [])
  ]
}

/** Indexes of the fields that features are looked up by, in every revision. */
export const fieldIndexes = (layer: Pick<Layer, 'id' | 'fields'>): Statement[] =>
  layer.fields
    .filter(({ indexed }) => indexed)
    .map(field => {
      const index = name(`${layer.id.replaceAll('-', '_')}_${field.name}`)
      return sql`CREATE INDEX IF NOT EXISTS ${index} ON ${tableOf(layer)} (${name(field.name)})`
    })

const gridColumn = (srid: number): Statement =>
  literalSql(`grid_geom geometry GENERATED ALWAYS AS (${onGrid(literalSql('geom'), srid).text}) STORED`)

/** Every revision is in them: a land-check reads the one it names, which may be an old one. Few rows are invalid. */
function gridIndexes(layer: Pick<Layer, 'id'>): Statement[] {
  const stem = layer.id.replaceAll('-', '_')
  const table = tableOf(layer)
  return [
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_grid`)} ON ${table} USING gist (grid_geom)`,
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_invalid`)} ON ${table} USING gist (geom) WHERE grid_geom IS NULL`
  ]
}

/** The statements that add the grid to a table that was made without. The table is written anew meanwhile. */
export const planGridColumn = (layer: Pick<Layer, 'id' | 'gridSrid'>): Statement[] =>
  layer.gridSrid
    ? [sql`ALTER TABLE ${tableOf(layer)} ADD COLUMN IF NOT EXISTS ${gridColumn(layer.gridSrid)}`, ...gridIndexes(layer)]
    : []
