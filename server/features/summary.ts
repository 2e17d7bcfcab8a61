import { LRUCache } from 'lru-cache'
import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { join, name, type Queryable, type Statement, sql } from '../lib/sql.ts'
import { summaryByUnknown } from './problems.ts'

/** The levels of division features are counted by, and how many digits of `division_code` name one. */
const LEVELS = { district: 6, town: 9, village: 12 } as const
type Level = keyof typeof LEVELS

const DIVISION_FIELD = 'division_code'

/** How a layer is summarised: by a level of division, by the values of a code field, by both or by neither. */
export interface SummaryBy {
  level?: Level
  field?: string
}

export interface SummaryGroup {
  /** 12 digits; null where the features name no division. Absent unless asked for. */
  division?: string | null
  /** The value of the code field. Absent unless asked for. */
  code?: string | null
  count: number
  /** m² in the district's plane CRS, of polygons */
  area?: number
  /** m in the district's plane CRS, of lines */
  length?: number
}

/** All that a layer may be summarised by. */
export function possibleBy({ fields }: Pick<Layer, 'fields'>): string[] {
  const levels = fields.some(field => field.name === DIVISION_FIELD) ? Object.keys(LEVELS) : []
  return [...levels, ...fields.filter(field => field.type === 'code').map(field => field.name)]
}

/**
 * Reads `town`, `stage`, `town,stage` …; nothing at all is the sum of everything.
 * @throws SUMMARY_BY_UNKNOWN naming what is possible
 */
export function parseBy(layer: Pick<Layer, 'id' | 'fields'>, by: string | undefined): SummaryBy {
  const possible = possibleBy(layer)
  const asked = by === undefined ? [] : by.split(',')
  const levels = asked.filter(isLevel)
  const fields = asked.filter(word => !isLevel(word))
  if (asked.some(word => !possible.includes(word)) || levels.length > 1 || fields.length > 1) {
    throw summaryByUnknown({ id: layer.id, by, possible: possible.join(', ') || '—' }, { members: { possible } })
  }
  return { ...(levels[0] && { level: levels[0] }), ...(fields[0] && { field: fields[0] }) }
}

const isLevel = (word: string): word is Level => Object.hasOwn(LEVELS, word)

/** Counts the rows of a revision in one pass; areas and lengths are of the plane. */
export function planSummary(layer: Layer, revision: number, { level, field }: SummaryBy, srid: number): Statement {
  const groups = [
    ...(level ? [sql`rpad(left(${name(DIVISION_FIELD)}, ${LEVELS[level]}::integer), 12, '0') AS division`] : []),
    ...(field ? [sql`${name(field)} AS code`] : [])
  ]
  const columns = [...groups, sql`count(*)::bigint AS count`, ...measure(layer, srid)]
  const places = groups.map((_, i) => ({ text: String(i + 1), values: [] }))
  const grouping = places.length > 0 ? sql` GROUP BY ${join(places)} ORDER BY ${join(places)}` : sql``
  return sql`SELECT ${join(columns)} FROM ${tableOf(layer)}
    WHERE rev_from <= ${revision}::integer AND (rev_to IS NULL OR rev_to > ${revision}::integer)${grouping}`
}

function measure({ geometry }: Layer, srid: number): Statement[] {
  const plane = sql`ST_Transform(geom, ${srid}::integer)`
  if (geometry.endsWith('Polygon')) return [sql`coalesce(sum(ST_Area(${plane})), 0)::float8 AS area`]
  if (geometry.endsWith('LineString')) return [sql`coalesce(sum(ST_Length(${plane})), 0)::float8 AS length`]
  return []
}

/** Summaries, each made once for a revision of a layer however many ask. */
export class Summaries {
  readonly #made = new LRUCache<string, Promise<SummaryGroup[]>>({ max: 500 })
  readonly #db: Queryable
  readonly #srid: number

  constructor(db: Queryable, srid: number) {
    this.#db = db
    this.#srid = srid
  }

  get(layer: Layer, revision: number, by: SummaryBy): Promise<SummaryGroup[]> {
    if (revision === 0) return Promise.resolve([])
    const key = JSON.stringify([layer.id, revision, by.level, by.field])
    const known = this.#made.get(key)
    if (known) return known
    const made = this.#db.query<SummaryGroup>(planSummary(layer, revision, by, this.#srid))
    this.#made.set(key, made)
    made.catch(() => this.#made.delete(key))
    return made
  }
}
