import { planFilter } from '../../catalog/plan-filter.ts'
import { tableOf } from '../../catalog/table.ts'
import { type Statement, sql } from '../../lib/sql.ts'
import type { CutAsk } from '../source.ts'
import { viewFilter } from '../view.ts'
import type { Box } from './tile-frame.ts'

/** A box of degrees as a bound value: PostgreSQL reads it once, whatever it is compared with. */
export function boxGeometry([west, south, east, north]: Box): Statement {
  const corners = [`${west} ${south}`, `${east} ${south}`, `${east} ${north}`, `${west} ${north}`, `${west} ${south}`]
  return sql`${`SRID=4490;POLYGON((${corners}))`}::geometry`
}

/**
 * The rows a view shows whose boxes touch a box of degrees, as an item for FROM that goes by the name `t`. Rows that
 * ended are found by an index of their own (`<layer>_past`).
 */
export function rowsShown({ layer, view }: Pick<CutAsk, 'layer' | 'view'>, box: Box): Statement {
  const table = tableOf(layer)
  const filter = viewFilter(view)
  const shown = filter ? sql` AND ${planFilter(filter, layer, 't')}` : sql``
  const current = sql`SELECT t.* FROM ${table} t WHERE t.rev_to IS NULL AND t.geom && ${boxGeometry(box)}${shown}`
  const revision = view.asOfRevision
  if (revision === null) return sql`(${current}) AS t`
  const past = sql`SELECT t.* FROM ${table} t WHERE t.rev_to IS NOT NULL AND t.geom && ${boxGeometry(box)}${shown}
    AND t.rev_from <= ${revision}::integer AND t.rev_to > ${revision}::integer`
  return sql`(${current} AND t.rev_from <= ${revision}::integer UNION ALL ${past}) AS t`
}
