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
export const PLATFORM_COLUMNS = ['fid', 'feature_id', 'geom', 'valid_from', 'valid_to', 'rev_from', 'rev_to'] as const

/** The field columns of a layer, in the order of its definition. */
export const fieldColumns = (layer: Pick<Layer, 'fields'>): Name[] => layer.fields.map(field => name(field.name))

/**
 * The statements that make a managed layer's table where it is missing. A row is current while `rev_to` is null;
 * geometries are CGCS2000 longitude latitude (EPSG:4490).
 */
export function planTable(layer: Pick<Layer, 'id' | 'fields' | 'geometry'>): Statement[] {
  const table = tableOf(layer)
  const stem = layer.id.replaceAll('-', '_')
  const columns = layer.fields.map(field => sql`${name(field.name)} ${columnType(field)}`)
  return [
    sql`CREATE TABLE IF NOT EXISTS ${table} (
      fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      feature_id text NOT NULL,
      geom geometry(${literalSql(layer.geometry)}, 4490) NOT NULL,
      ${join(columns, ',\n      ')},
      valid_from date,
      valid_to date,
      rev_from integer NOT NULL,
      rev_to integer
    )`,
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_geom`)} ON ${table} USING gist (geom) WHERE rev_to IS NULL`,
    // Where rows of earlier revisions are looked for.
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_past`)} ON ${table} USING gist (geom) WHERE rev_to IS NOT NULL`,
    sql`CREATE UNIQUE INDEX IF NOT EXISTS ${name(`${stem}_current`)} ON ${table} (feature_id) WHERE rev_to IS NULL`,
    sql`CREATE INDEX IF NOT EXISTS ${name(`${stem}_revisions`)} ON ${table} (rev_to, rev_from)`,
    ...fieldIndexes(layer)
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
