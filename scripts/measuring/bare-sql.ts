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
    await makeTables(client, ruleset)
    return new BareSql(client, bareText(ruleset, o.variants), o.prepared ? `bare${o.variants}` : undefined)
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

/** What somebody who writes SQL by hand would prepare: a table a layer, projected, current rows only, indexed. */
async function makeTables(client: pg.Client, ruleset: Ruleset): Promise<void> {
  await client.query('CREATE SCHEMA IF NOT EXISTS bare')
  for (const layer of new Set(ruleset.rules.flatMap(rule => ('layer' in rule ? rule.layer : [])))) {
    const table = `bare."${tableOf(layer)}"`
    const { rows } = await client.query(`SELECT to_regclass('${table}') IS NOT NULL AS made`)
    if (rows[0].made) continue
    await client.query(`CREATE TABLE ${table} AS SELECT g.feature_id, g.valid_from, g.valid_to, g.fields, g.geom
      FROM yitu.ground g WHERE g.layer_id = '${layer}' AND g.rev_to IS NULL AND g.valid`)
    await client.query(`CREATE INDEX ON ${table} USING gist (geom)`)
    await client.query(`ANALYZE ${table}`)
  }
}

/** The statement; `$1` is the parcel as WKT of the working CRS. */
export function bareText(ruleset: Ruleset, variants: boolean): string {
  const srid = Number(ruleset.workingCrs.slice('EPSG:'.length))
  const width = sensitivityWidth(ruleset)
  const rules = ruleset.rules.filter(rule => 'layer' in rule)
  const near = (metres: number) => `ST_DWithin(t.geom, p.geom, ${metres})`
  const only = (where?: { field: string; in: string[] }) =>
    where ? `AND t.fields ->> '${where.field}' IN (${where.in.map(quoted).join(', ')})` : ''
  const current =
    '(t.valid_from IS NULL OR t.valid_from <= current_date) AND (t.valid_to IS NULL OR t.valid_to > current_date)'
  const overlaps = rules.filter(({ kind }) => kind === 'overlap' || kind === 'tenure') as Layered[]
  const margins = rules.filter(
    rule => rule.kind === 'overlap' && ['prohibit', 'restrict'].includes(rule.effect)
  ) as Layered[]
  const setbacks = rules.flatMap(rule => (rule.kind === 'distance' ? [rule] : []))
  const hit = overlaps.map(
    rule => `SELECT p.variant, ${quoted(rule.id)} AS rule, ${quoted((rule.kind === 'overlap' && LAND[rule.effect]) || '-')} AS land,
      t.feature_id, ST_Intersection(p.geom, t.geom) AS geom
    FROM p JOIN bare."${tableOf(rule.layer)}" t ON ${near(0)} WHERE ${current} ${only(rule.where)}`
  )
  const distance = [
    ...margins.map(rule => ({ rule, metres: ruleset.marginSearchM })),
    ...setbacks.map(rule => ({ rule, metres: farthest(rule) }))
  ].map(
    ({ rule, metres }) => `SELECT ${quoted(rule.id)} AS rule, min(ST_Distance(p.geom, t.geom)) AS metres
    FROM p JOIN bare."${tableOf(rule.layer)}" t ON ${near(metres)} WHERE p.variant = 0 AND ${current} ${only(rule.where)}`
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
      (SELECT ST_Transform(p.geom, 4490) AS geom FROM p WHERE p.variant = 0) AS d WHERE t.geom && d.geom AND t.rev_to IS NULL AND ${current}
      ${coverage.where ? `AND t."${coverage.where.field}" IN (${coverage.where.in.map(quoted).join(', ')})` : ''}
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
