/**
 * SQL as a value. A `Statement` is text with `$1 …` and the values bound to them, so that it can be tested, logged and
 * hashed without a database; `Database` is the one interface behind which PostGIS and the embedded PGlite stand.
 */

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /** The text comes again and again and is dear to plan: a connection may keep its plan. */
  readonly keepPlan?: boolean
}

/** An identifier, quoted when printed. Never made from request text without a look-up in the catalogue. */
export interface Name {
  readonly identifier: string
}

const isStatement = (part: unknown): part is Statement =>
  typeof part === 'object' && part !== null && 'text' in part && 'values' in part

const isName = (part: unknown): part is Name => typeof part === 'object' && part !== null && 'identifier' in part

/**
 * Builds a statement: interpolated values are bound, `name()` is quoted, a nested `sql` is spliced in with its
 * values renumbered.
 * @example sql`SELECT ${name('t', 'geom')} FROM ${name('data', table)} t WHERE fid = ${fid}`
 */
export function sql(strings: TemplateStringsArray, ...parts: unknown[]): Statement {
  const values: unknown[] = []
  let text = strings[0] ?? ''
  parts.forEach((part, i) => {
    if (isName(part)) text += part.identifier
    else if (isStatement(part)) text += renumber(part, values)
    else text += `$${values.push(part)}`
    text += strings[i + 1]
  })
  return { text, values }
}

function renumber(inner: Statement, values: unknown[]): string {
  const offset = values.length
  values.push(...inner.values)
  return offset === 0 ? inner.text : inner.text.replace(/\$(\d+)/g, (_, n) => `$${Number(n) + offset}`)
}

/** Quotes an identifier, or several joined by a dot: `name('data', 'river_line')` → `"data"."river_line"`. */
export function name(...parts: string[]): Name {
  return { identifier: parts.map(part => `"${part.replaceAll('"', '""')}"`).join('.') }
}

/** Joins statements with a literal separator; an empty list gives an empty statement. */
export function join(statements: readonly (Statement | Name)[], separator = ', '): Statement {
  return statements.reduce<Statement>((all, next, i) => (i === 0 ? sql`${next}` : raw(all, separator, sql`${next}`)), {
    text: '',
    values: []
  })
}

function raw(left: Statement, separator: string, right: Statement): Statement {
  const values = [...left.values]
  return { text: left.text + separator + renumber(right, values), values }
}

/** Text that our own code wrote (a constant, a type name from the catalogue). Request text never goes through here. */
export function literalSql(text: string): Statement {
  return { text, values: [] }
}

export type Row = Record<string, unknown>

export interface TransactionOptions {
  /** `repeatable read` gives every statement of the work the same snapshot. */
  isolation?: 'read committed' | 'repeatable read'
  readOnly?: boolean
  /** Run-time parameters for as long as it lasts; our own names and values. */
  settings?: Readonly<Record<string, string | number>>
  /** A savepoint, set before the work begins: what fails may be undone to there. */
  savepoint?: string
}

export interface QueryOptions {
  /**
   * Once it is aborted the statement is given up: one that has not begun never does, and PostgreSQL ends one at work.
   * The embedded database carries on with what it has begun, and nobody hears of it.
   */
  signal?: AbortSignal | undefined
}

/** What the work of a transaction, and everything that only asks, needs of a database. */
export interface Queryable {
  /**
   * Runs one statement. Values come back alike from both adapters: int8 and float8 as number, numeric as string,
   * date as `YYYY-MM-DD`, timestamptz as ISO 8601 UTC text, bytea as Buffer, json as parsed value.
   * @throws the signal's reason once it is aborted
   */
  query<R extends object = Row>(statement: Statement, options?: QueryOptions): Promise<R[]>
}

export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgres'
  /** Runs our own multi-statement script (a migration), no values. */
  run(script: string): Promise<void>
  /** All or nothing; the work must use the `Queryable` it is handed. Nested transactions are not offered. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Calls back on every `NOTIFY channel, payload`; the returned function ends it. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** `BEGIN` with the options spelled out, all in one go. */
export function beginText(options: TransactionOptions = {}): string {
  const { isolation = 'read committed', readOnly = false, settings = {}, savepoint } = options
  return [
    `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()} ${readOnly ? 'READ ONLY' : 'READ WRITE'}`,
    ...Object.entries(settings).map(([key, value]) => `SET LOCAL ${key} = '${String(value).replaceAll("'", "''")}'`),
    ...(savepoint ? [`SAVEPOINT ${savepoint}`] : [])
  ].join('; ')
}
