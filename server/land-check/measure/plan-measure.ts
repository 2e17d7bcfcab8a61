import { literalSql, type Statement, sql } from '../../lib/sql.ts'
import { type CoverageQuery, coverageRows } from './plan-coverage.ts'
import { type NearQuery, nearRows, parcelRows, ruleRows } from './plan-near.ts'
import { planNet } from './plan-net.ts'
import { degrees, isThin, land, OVERLAY_GRID, union } from './plan-pieces.ts'

export interface MeasureQuery extends NearQuery {
  coverage: CoverageQuery | null
}

/**
 * Every layer rule against every parcel of a chunk and its variants, coverage and the net partition, in one statement
 * with one row a parcel, in order. Overlap means that interiors meet (DE-9IM T********): a shared edge or corner is
 * none. Features of one rule are united before areas are taken: nothing is counted twice. What only informs decides
 * nothing, so how it stands to the moved boundary is not asked.
 */
export function planMeasure(query: MeasureQuery): Statement {
  const statement = sql`WITH ${parcelRows(query)}, ${ruleRows(query)}, ${nearRows(query)},
    overlay AS MATERIALIZED (
      SELECT p.n, p.variant, c.rule, c.kind, c.effect, c.feature_id, c.since, c.attributes, p.geom AS parcel, c.geom AS zone,
        w.whole, CASE WHEN w.whole THEN p.geom ELSE ${land(sql`ST_Intersection(p.geom, c.geom, ${OVERLAY_GRID})`)} END AS geom
      FROM parcel p JOIN candidate c ON c.n = p.n AND c.kind <> 'distance' AND (p.variant = 'base' OR c.effect IS DISTINCT FROM 'inform')
        AND p.geom && c.geom AND ST_Intersects(p.geom, c.geom)
      -- A parcel that lies in a zone shares all of itself with it, as most do: that needs no overlay, nor what follows from it.
      CROSS JOIN LATERAL (SELECT ST_CoveredBy(p.geom, c.geom) AS whole OFFSET 0) AS w),
    hit AS MATERIALIZED (
      SELECT o.n, o.variant, o.rule, o.kind, o.effect, o.feature_id, o.since, o.attributes, o.whole, o.geom FROM overlay o
      WHERE o.whole OR NOT ST_IsEmpty(o.geom) OR ST_Relate(o.parcel, o.zone, 'T********')),
    merged AS MATERIALIZED (
      SELECT h.n, h.variant, h.rule, h.effect, count(*)::integer AS overlaps, bool_or(h.whole) AS whole,
        ${union(sql`h.geom`, sql`h.feature_id COLLATE "C"`, sql`h.whole`)} AS geom
      FROM hit h GROUP BY h.n, h.variant, h.rule, h.effect),
    piece AS MATERIALIZED (
      SELECT m.n, m.rule, json_object_agg(m.variant, json_build_object('overlaps', m.overlaps, 'parts', (
        SELECT coalesce(json_agg(json_build_object('area', ST_Area(d.geom), 'perimeter', ST_Perimeter(d.geom), 'thin', d.thin,
            'geometry', CASE WHEN m.variant = 'base' AND d.thin THEN ${degrees(literalSql('d.geom'))} END)
          ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)), '[]')
        FROM (SELECT d.geom, ${thin('d')} AS thin FROM ST_Dump(m.geom) AS d OFFSET 0) AS d))) AS variants,
        max((SELECT max(ST_Distance(v.geom, c.clear))
          FROM (SELECT ST_Difference(p.geom, m.geom, ${OVERLAY_GRID}) AS clear FROM parcel p
            WHERE p.n = m.n AND p.variant = 'base' AND m.variant = 'base' AND m.effect IN ('prohibit', 'restrict') OFFSET 0) AS c
          CROSS JOIN LATERAL ST_DumpPoints(m.geom) AS v
          WHERE NOT ST_IsEmpty(c.clear))) AS depth
      FROM merged m JOIN rule r ON r.place = m.rule GROUP BY m.n, m.rule),
    feature AS MATERIALIZED (
      SELECT h.n, h.rule, json_agg(json_build_object('featureId', h.feature_id, 'since', h.since, 'attributes', h.attributes,
          'area', ST_Area(h.geom), 'geometry', ${degrees(literalSql('h.geom'))}) ORDER BY h.feature_id COLLATE "C") AS features
      FROM hit h WHERE h.variant = 'base' GROUP BY h.n, h.rule),
    held AS MATERIALIZED (
      SELECT h.n, h.rule, json_object_agg(h.variant, h.held) AS held FROM (
        SELECT m.n, m.rule, m.variant, json_agg(json_build_object('attributes', m.attributes, 'area', ST_Area(m.geom),
          'thin', ${thin('m')}) ORDER BY m.feature_id COLLATE "C") AS held
        FROM hit m JOIN rule r ON r.place = m.rule WHERE m.kind = 'tenure' GROUP BY m.n, m.rule, m.variant) AS h
      GROUP BY h.n, h.rule),
    distant AS MATERIALIZED (
      SELECT c.n, c.rule, c.kind, c.feature_id, c.since, c.attributes, c.code, c.offset_m, ST_Distance(b.geom, c.geom) AS distance
      FROM candidate c JOIN parcel b ON b.n = c.n AND b.variant = 'base'
      WHERE c.kind = 'distance' OR c.effect IN ('prohibit', 'restrict')),
    nearest AS MATERIALIZED (
      SELECT d.n, d.rule, min(d.distance) AS distance,
        json_agg(json_build_object('featureId', d.feature_id, 'since', d.since, 'attributes', d.attributes,
          'distanceM', d.distance, 'code', d.code, 'offsetM', d.offset_m) ORDER BY d.feature_id COLLATE "C")
          FILTER (WHERE d.kind = 'distance') AS near
      FROM distant d GROUP BY d.n, d.rule),
    found AS (
      SELECT f.n, f.rule, 'features' AS what, f.features AS value FROM feature f
      UNION ALL SELECT w.n, w.rule, 'held', w.held FROM held w
      UNION ALL SELECT v.n, v.rule, 'variants', v.variants FROM piece v
      UNION ALL SELECT v.n, v.rule, 'depthM', to_json(v.depth) FROM piece v WHERE v.depth IS NOT NULL
      UNION ALL SELECT d.n, d.rule, 'near', d.near FROM nearest d WHERE d.near IS NOT NULL
      UNION ALL SELECT d.n, d.rule, 'distanceM', to_json(d.distance) FROM nearest d WHERE d.distance IS NOT NULL
      UNION ALL SELECT i.n, i.rule, 'invalid', json_agg(i.feature_id ORDER BY i.feature_id COLLATE "C") FROM invalid i GROUP BY i.n, i.rule),
    ruled AS MATERIALIZED (
      SELECT m.n, json_object_agg(m.rule, m.measure) AS rules
      FROM (SELECT f.n, f.rule, json_object_agg(f.what, f.value) AS measure FROM found f GROUP BY f.n, f.rule) AS m GROUP BY m.n),
    ${coverageRows(query)},
    ${planNet(query)}
    SELECT coalesce(r.rules, '{}') AS rules, coalesce(u.unsurveyed, '{}') AS unsurveyed, net.classes, net.parts, net.uncovered, net.areas
    FROM net LEFT JOIN ruled r ON r.n = net.n LEFT JOIN unsurveyed u ON u.n = net.n ORDER BY net.n`
  return { ...statement, keepPlan: true }
}

/** Whether a geometry of rule `r` is thin; asked only where it may be a sliver. */
const thin = (alias: 'd' | 'm'): Statement =>
  sql`(r.thin_area IS NOT NULL AND ${isThin(literalSql(`${alias}.geom`), literalSql('r.thin_area'), literalSql('r.thin_width'))})`
