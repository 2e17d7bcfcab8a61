import { join, literalSql, name, type Statement, sql } from '../lib/sql.ts'
import type { Comparison, Filter, FilterValue } from './filter.ts'
import type { Field, Layer } from './layer.ts'

type Fields = Pick<Layer, 'fields'>

/**
 * A filter as an SQL condition on a layer's rows: operators are constants, names come from the layer, values are bound.
 * It agrees with `matcher` on every row.
 * @param alias the name the table goes by in the statement, where it has one
 */
export function planFilter(filter: Filter, layer: Fields, alias?: string): Statement {
  switch (filter.op) {
    case 'and':
      return group(filter.parts, layer, alias, ' AND ', 'TRUE')
    case 'or':
      return group(filter.parts, layer, alias, ' OR ', 'FALSE')
    case 'not':
      return sql`NOT ${planFilter(filter.part, layer, alias)}`
    case 'isNull':
      return sql`(${column(filter.field, alias)} IS NULL)`
    case 'in': {
      const { left, type } = typed(fieldOf(layer, filter.field), filter.values, alias)
      return sql`(${left} = ANY(${filter.values}::${type}[]))`
    }
    case 'like':
      return sql`(${column(filter.field, alias)} LIKE ${filter.pattern}::text)`
    default:
      return compare(filter, fieldOf(layer, filter.field), alias)
  }
}

function group(parts: readonly Filter[], layer: Fields, alias: string | undefined, between: string, none: string) {
  const planned = parts.map(part => planFilter(part, layer, alias))
  return planned.length === 0 ? literalSql(none) : sql`(${join(planned, between)})`
}

function compare({ op, value }: Comparison<string, FilterValue>, field: Field, alias: string | undefined): Statement {
  const { left, type } = typed(field, [value], alias)
  const isOrder = op !== '=' && op !== '<>'
  // The order of texts must not hang on the database's locale; equality is the same in all, and may use an index.
  const collation = literalSql(isOrder && isText(field) ? ' COLLATE "C"' : '')
  return sql`(${left}${collation} ${literalSql(op)} ${value}::${type})`
}

/** A column and the type its values are compared in. */
function typed({ type, name: field }: Field, values: readonly FilterValue[], alias: string | undefined) {
  const left = sql`${column(field, alias)}`
  switch (type) {
    case 'integer':
      // Fractions, and what JavaScript cannot tell from its neighbours, are compared as the rows' numbers arrive there.
      if (values.every(Number.isSafeInteger)) return { left, type: literalSql('bigint') }
      return { left: sql`${left}::double precision`, type: literalSql('double precision') }
    case 'datetime':
      // Rows arrive with milliseconds, the column keeps microseconds.
      return { left: sql`date_trunc('milliseconds', ${left})`, type: literalSql('timestamptz') }
    default:
      return { left, type: literalSql(TYPES[type]) }
  }
}

const TYPES = { text: 'text', code: 'text', number: 'double precision', boolean: 'boolean', date: 'date' } as const

const isText = ({ type }: Field): boolean => type === 'text' || type === 'code'

const column = (field: string, alias: string | undefined) => (alias ? name(alias, field) : name(field))

function fieldOf({ fields }: Fields, wanted: string): Field {
  const field = fields.find(known => known.name === wanted)
  if (!field) throw new Error(`The filter was not checked against the layer: it has no field ${wanted}`)
  return field
}
