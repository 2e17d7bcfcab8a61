import { literalSql, type Statement, sql } from '../../lib/sql.ts'
import type { Effect } from '../rules/rule.ts'
import { sensitivityWidth } from '../rules/ruleset.ts'
import type { NearQuery } from './plan-near.ts'
import { degrees, isThin, land, OVERLAY_GRID, union } from './plan-pieces.ts'

/**
 * The net partition of each parcel and of its variants, `net (n, classes, parts, uncovered, areas)`: F = P ∩ ∪forbidden,
 * R = (P ∩ ∪restricted) \ F, B = (P ∩ ∪buildable) \ (F ∪ R), U = P \ (F ∪ R ∪ B). Stands on `parcel` and `merged` of
 * planMeasure. An overlay with nothing is left out: most parcels meet few classes.
 */
export function planNet({ ruleset }: Pick<NearQuery, 'ruleset'>): Statement {
  const is = (effect: Effect) => sql`m.effect IS NOT DISTINCT FROM ${literalSql(`'${effect}'`)}`
  const of = (effect: Effect) => union(sql`m.geom`, sql`m.rule`, sql`m.whole`, is(effect))
  const all = (effect: Effect) => sql`bool_or(m.whole AND ${is(effect)})`
  const part = literalSql('d.geom')
  const limit = sql`${ruleset.sliver.maxAreaM2}::float8`
  const width = sql`${sensitivityWidth(ruleset)}::float8`
  return sql`zones AS MATERIALIZED (SELECT m.n, m.variant, ${of('prohibit')} AS f, ${of('restrict')} AS r, ${of('allow')} AS b,
        ${all('prohibit')} AS all_f, ${all('restrict')} AS all_r, ${all('allow')} AS all_b
      FROM merged m GROUP BY m.n, m.variant),
    ground AS MATERIALIZED (SELECT p.n, p.variant, p.geom, coalesce(z.f, ${NOTHING}) AS f, coalesce(z.r, ${NOTHING}) AS restricted,
        coalesce(z.b, ${NOTHING}) AS buildable, coalesce(z.all_f, false) AS all_f, coalesce(z.all_f OR z.all_r, false) AS all_f_r,
        coalesce(z.all_f OR z.all_r OR z.all_b, false) AS all_z
      FROM parcel p LEFT JOIN zones z ON z.n = p.n AND z.variant = p.variant),
    stronger AS MATERIALIZED (SELECT *, ${plus('f', 'restricted', 'all_f_r')} AS f_r, ${minus('restricted', 'f', 'all_f')} AS r FROM ground),
    zoned AS MATERIALIZED (SELECT *, ${plus('f_r', 'buildable', 'all_z')} AS z FROM stronger),
    owned AS MATERIALIZED (SELECT n, variant, geom, f AS forbidden, r AS restricted,
      CASE WHEN variant = 'base' THEN ${minus('buildable', 'f_r', 'all_f_r')} END AS buildable,
      ${minus('geom', 'z', 'all_z')} AS uncovered FROM zoned),
    class AS MATERIALIZED (SELECT o.n, k.land, k.geom, ST_IsEmpty(k.geom) AS empty FROM owned o
      CROSS JOIN LATERAL (VALUES ('forbidden', o.forbidden), ('restricted', o.restricted), ('buildable', o.buildable),
        ('uncovered', o.uncovered)) AS k (land, geom) WHERE o.variant = 'base'),
    net AS MATERIALIZED (
      SELECT p.n,
        (SELECT json_object_agg(k.land, json_build_object('area', ST_Area(k.geom),
          'geometry', CASE WHEN NOT k.empty THEN ${degrees(literalSql('k.geom'))} END,
          'working', CASE WHEN NOT k.empty THEN ST_AsGeoJSON(ST_Multi(k.geom), 4, 0)::json END)) FROM class k WHERE k.n = p.n) AS classes,
        CASE WHEN ST_NumGeometries(p.geom) > 1 THEN (
          SELECT json_agg(json_build_object('area', ST_Area(d.geom), 'classes',
            (SELECT json_object_agg(k.land, ST_Area(ST_Intersection(d.geom, k.geom, ${OVERLAY_GRID}))) FROM class k WHERE k.n = p.n))
            ORDER BY d.path)
          FROM ST_Dump(p.geom) AS d) END AS parts,
        (SELECT json_object_agg(o.variant, (
          SELECT coalesce(json_agg(json_build_object('area', ST_Area(d.geom), 'perimeter', ST_Perimeter(d.geom),
            'thin', d.thin, 'geometry', CASE WHEN o.variant = 'base' AND d.thin THEN ${degrees(part)} END)
            ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)), '[]')
          FROM (SELECT d.geom, ${isThin(part, limit, width)} AS thin FROM ST_Dump(o.uncovered) AS d OFFSET 0) AS d)) FROM owned o WHERE o.n = p.n) AS uncovered,
        (SELECT json_object_agg(v.variant, ST_Area(v.geom)) FROM parcel v WHERE v.n = p.n) AS areas
      FROM parcel p WHERE p.variant = 'base')`
}

const NOTHING = sql`ST_SetSRID('POLYGON EMPTY'::geometry, ST_SRID(p.geom))`

/** `whole`: one of the two is all of the parcel. */
const plus = (a: string, b: string, whole: string): Statement =>
  sql`CASE WHEN ${literalSql(whole)} THEN geom
    WHEN ST_IsEmpty(${literalSql(a)}) THEN ${literalSql(b)} WHEN ST_IsEmpty(${literalSql(b)}) THEN ${literalSql(a)}
    ELSE ${land(sql`ST_Union(${literalSql(a)}, ${literalSql(b)}, ${OVERLAY_GRID})`)} END`

/** `whole`: what is taken away is all of the parcel. */
const minus = (a: string, b: string, whole: string): Statement =>
  sql`CASE WHEN ${literalSql(whole)} THEN ST_SetSRID('POLYGON EMPTY'::geometry, ST_SRID(geom))
    WHEN ST_IsEmpty(${literalSql(a)}) OR ST_IsEmpty(${literalSql(b)}) THEN ${literalSql(a)}
    ELSE ${land(sql`ST_Difference(${literalSql(a)}, ${literalSql(b)}, ${OVERLAY_GRID})`)} END`
