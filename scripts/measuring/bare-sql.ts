import pg from 'pg'
import type { Rule } from '../../server/land-check/rules/rule.ts'
import { type Ruleset, sensitivityWidth } from '../../server/land-check/rules/ruleset.ts'

/**
 * The yardstick: one statement as somebody would write it by hand who needs the figures of the same rules and nothing
 * else: per rule the features met, the area in common after union and the distance; forbidden, restricted, buildable
 * and uncovered square metres; which layers are surveyed here; how many homesteads a household has. No validity, no
 * slivers, no geometries in the answer, no reasons, no record.
 */
export class BareSql {
  readonly #client: pg.Client
  readonly #text: string
  readonly #name: string | undefined

  private constructor(client: pg.Client, text: string, name: string | undefined) {
    this.#client = client
    this.#text = text
    this.#name = name
  }

  /** @param variants also measures the parcel eroded and dilated, which a verdict's sensitivity needs */
  static async open(url: string, ruleset: Ruleset, o: { variants: boolean; prepared: boolean }): Promise<BareSql> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('SET jit = off')
    const gridded = await client.query(
      `SELECT table_name FROM information_schema.columns WHERE table_schema = 'data' AND column_name = 'grid_geom'`
    )
    const tables = new Set<string>(gridded.rows.map(row => row.table_name))
    return new BareSql(client, bareText(ruleset, tables, o.variants), o.prepared ? `bare${o.variants}` : undefined)
  }

  async ask(wkt: string): Promise<object> {
    const query = { text: this.#text, values: [wkt], ...(this.#name && { name: this.#name }) }
    return (await this.#client.query(query)).rows[0]
  }

  async explain(wkt: string): Promise<string> {
    const { rows } = await this.#client.query(`EXPLAIN (ANALYZE, BUFFERS) ${this.#text}`, [wkt])
    return rows.map(row => row['QUERY PLAN']).join('\n')
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}

const tableOf = (layer: string) => layer.replaceAll('-', '_')
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const LAND: Record<string, string> = { prohibit: 'f', restrict: 'r', allow: 'b' }

/** The statement; `$1` is the parcel as WKT of the working CRS. */
export function bareText(ruleset: Ruleset, gridded: ReadonlySet<string>, variants: boolean): string {
  const srid = Number(ruleset.workingCrs.slice('EPSG:'.length))
  const width = sensitivityWidth(ruleset)
  const rules = ruleset.rules.filter(rule => 'layer' in rule)
  const geometry = (layer: string) => (gridded.has(tableOf(layer)) ? 't.grid_geom' : `ST_Transform(t.geom, ${srid})`)
  const near = (layer: string, metres: number) =>
    gridded.has(tableOf(layer))
      ? `ST_DWithin(t.grid_geom, p.geom, ${metres})`
      : `t.geom && ST_Transform(ST_Expand(p.geom, ${metres}), 4490)`
  const only = (where?: { field: string; in: string[] }) =>
    where ? `AND t."${where.field}" IN (${where.in.map(quoted).join(', ')})` : ''
  const current =
    't.rev_to IS NULL AND (t.valid_from IS NULL OR t.valid_from <= current_date) AND (t.valid_to IS NULL OR t.valid_to > current_date)'
  const overlaps = rules.filter(({ kind }) => kind === 'overlap' || kind === 'tenure') as Layered[]
  const margins = rules.filter(
    rule => rule.kind === 'overlap' && ['prohibit', 'restrict'].includes(rule.effect)
  ) as Layered[]
  const setbacks = rules.flatMap(rule => (rule.kind === 'distance' ? [rule] : []))
  const hit = overlaps.map(
    rule => `SELECT p.variant, ${quoted(rule.id)} AS rule, ${quoted((rule.kind === 'overlap' && LAND[rule.effect]) || '-')} AS land,
      t.feature_id, ST_Intersection(p.geom, ${geometry(rule.layer)}) AS geom
    FROM p JOIN data."${tableOf(rule.layer)}" t ON ${near(rule.layer, 0)} WHERE ${current} ${only(rule.where)}`
  )
  const distance = [
    ...margins.map(rule => ({ rule, metres: ruleset.marginSearchM })),
    ...setbacks.map(rule => ({ rule, metres: farthest(rule) }))
  ].map(
    ({
      rule,
      metres
    }) => `SELECT ${quoted(rule.id)} AS rule, min(ST_Distance(p.geom, ${geometry(rule.layer)})) AS metres
    FROM p JOIN data."${tableOf(rule.layer)}" t ON ${near(rule.layer, metres)} WHERE p.variant = 0 AND ${current} ${only(rule.where)}`
  )
  const moved = variants
    ? `UNION ALL SELECT 1, ST_Buffer(geom, -${width}, 'join=mitre') FROM given UNION ALL SELECT 2, ST_Buffer(geom, ${width}, 'join=mitre') FROM given`
    : ''
  const of = (land: string) =>
    `coalesce((SELECT ST_Union(h.geom) FROM hit h WHERE h.variant = p.variant AND h.land = '${land}'), 'SRID=${srid};POLYGON EMPTY')`
  const { coverage } = ruleset
  // In degrees: bringing whole towns' boundaries to the working CRS for one parcel would cost more than all the rest.
  const surveyed = coverage
    ? `(SELECT json_agg(DISTINCT t."${coverage.field}") FROM data."${tableOf(coverage.layer)}" t,
      (SELECT ST_Transform(p.geom, 4490) AS geom FROM p WHERE p.variant = 0) AS d WHERE t.geom && d.geom AND ${current} ${only(coverage.where)}
      AND t."${coverage.field}" IN (${[...new Set(rules.map(({ layer }) => quoted(layer)))].join(', ')}) AND ST_Covers(t.geom, d.geom))`
    : 'NULL'
  return `WITH given AS (SELECT ST_ReducePrecision(ST_GeomFromText($1, ${srid}), ${ruleset.gridM}) AS geom),
  p AS MATERIALIZED (SELECT 0 AS variant, geom FROM given ${moved}),
  hit AS MATERIALIZED (${hit.join(' UNION ALL ')}),
  f AS MATERIALIZED (SELECT p.variant, p.geom, ${of('f')} AS f, ${of('r')} AS r, ${of('b')} AS b FROM p),
  net AS (SELECT variant, ST_Area(f) AS forbidden, ST_Area(ST_Difference(r, f)) AS restricted,
    ST_Area(ST_Difference(b, ST_Union(f, r))) AS buildable,
    ST_Area(ST_Difference(geom, ST_Union(ST_Union(f, r), b))) AS uncovered FROM f),
  met AS (SELECT variant, rule, ST_Area(ST_Union(geom)) AS area, json_agg(json_build_object('id', feature_id, 'area', ST_Area(geom))) AS features
    FROM hit GROUP BY variant, rule),
  distance AS (${distance.join(' UNION ALL ') || "SELECT '' AS rule, 0 AS metres WHERE false"})
  SELECT (SELECT json_agg(net) FROM net) AS net, (SELECT json_agg(met) FROM met) AS met,
    (SELECT json_agg(distance) FROM distance) AS distance, ${surveyed} AS surveyed`
}

type Layered = Extract<Rule, { kind: 'overlap' | 'tenure' }>

const farthest = ({ distance }: Extract<Rule, { kind: 'distance' }>): number =>
  Math.max(distance.metres ?? 0, ...Object.values(distance.byCode ?? {})) + (distance.offsetField ? 30 : 0)
