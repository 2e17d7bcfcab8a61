import { GEOGRAPHIC_SRID, sridOf } from '../lib/crs.ts'
import { type Statement, sql } from '../lib/sql.ts'
import { isThin, OVERLAY_GRID, type Part, parcelRows, type Shapes, type Variant } from './plan-rule.ts'
import type { Ruleset } from './ruleset.ts'

/** Whose a point is, in this order: forbidden > restricted > buildable > uncovered. */
export const CLASSES = ['forbidden', 'restricted', 'buildable', 'uncovered'] as const
export type LandClass = (typeof CLASSES)[number]

/** What a rule's features cover of a variant: the effect it has there, and the shape as hex EWKB. */
export interface Clip {
  variant: Variant
  land: Exclude<LandClass, 'uncovered'>
  geom: string
}

export interface ClassMeasure {
  area: number
  /** Longitude latitude; null where the class is empty. */
  geometry: object | null
  /** In the working CRS, metres with 4 decimals. */
  working: { type: string; coordinates: unknown } | null
}

export interface Partition {
  classes: Record<LandClass, ClassMeasure>
  /** The area of each class in each part of the parcel; null for a parcel of one part. */
  parts: { area: number; classes: Record<LandClass, number> }[] | null
  /** The connected pieces of what no rule covers. */
  uncovered: Partial<Record<Variant, Part[]>>
}

/**
 * The net partition of the parcel and of its variants, in one row: F = P ∩ ∪forbidden, R = (P ∩ ∪restricted) \ F,
 * B = (P ∩ ∪buildable) \ (F ∪ R), U = P \ (F ∪ R ∪ B).
 */
export function planPartition(
  ruleset: Ruleset,
  shapes: Shapes,
  clips: Clip[],
  sliver: { area: number; width: number }
): Statement {
  const nothing = sql`ST_GeomFromText('POLYGON EMPTY', ${sridOf(ruleset.workingCrs)}::integer)`
  const of = (land: string) => sql`coalesce((SELECT ST_Union(c.geom, ${OVERLAY_GRID} ORDER BY c.place) FROM clip c
    WHERE c.variant = p.variant AND c.land = ${land}::text), ${nothing})`
  const part = { text: 'd.geom', values: [] }
  return sql`WITH ${parcelRows(shapes)},
    clip AS MATERIALIZED (SELECT c.variant, c.land, c.geom::geometry AS geom, c.place
      FROM unnest(${clips.map(c => c.variant)}::text[], ${clips.map(c => c.land)}::text[], ${clips.map(c => c.geom)}::text[])
        WITH ORDINALITY AS c (variant, land, geom, place)),
    f AS MATERIALIZED (SELECT p.variant, p.geom, ${of('forbidden')} AS f, ${of('restricted')} AS restricted,
      ${of('buildable')} AS buildable FROM parcel p),
    r AS MATERIALIZED (SELECT *, ST_Union(f, restricted, ${OVERLAY_GRID}) AS f_r,
      ST_Difference(restricted, f, ${OVERLAY_GRID}) AS r FROM f),
    owned AS MATERIALIZED (SELECT variant, geom, f AS forbidden, r AS restricted, ST_Difference(buildable, f_r, ${OVERLAY_GRID}) AS buildable,
      ST_Difference(geom, ST_Union(f_r, buildable, ${OVERLAY_GRID}), ${OVERLAY_GRID}) AS uncovered FROM r),
    class AS MATERIALIZED (SELECT k.land, ST_CollectionExtract(k.geom, 3) AS geom FROM owned o
      CROSS JOIN LATERAL (VALUES ('forbidden', o.forbidden), ('restricted', o.restricted), ('buildable', o.buildable),
        ('uncovered', o.uncovered)) AS k (land, geom) WHERE o.variant = 'base')
    SELECT
      (SELECT json_object_agg(k.land, json_build_object('area', ST_Area(k.geom),
        'geometry', CASE WHEN NOT ST_IsEmpty(k.geom) THEN ST_AsGeoJSON(ST_Transform(k.geom, ${GEOGRAPHIC_SRID}::integer), 9, 0)::json END,
        'working', CASE WHEN NOT ST_IsEmpty(k.geom) THEN ST_AsGeoJSON(ST_Multi(k.geom), 4, 0)::json END)) FROM class k) AS classes,
      (SELECT CASE WHEN count(*) > 1 THEN json_agg(json_build_object('area', ST_Area(d.geom), 'classes',
          (SELECT json_object_agg(k.land, ST_Area(ST_Intersection(d.geom, k.geom, ${OVERLAY_GRID}))) FROM class k)) ORDER BY d.path) END
        FROM owned o CROSS JOIN LATERAL ST_Dump(o.geom) AS d WHERE o.variant = 'base') AS parts,
      (SELECT json_object_agg(o.variant, (
        SELECT coalesce(json_agg(json_build_object('area', ST_Area(d.geom), 'perimeter', ST_Perimeter(d.geom),
          'thin', ${isThin(part, sliver.area, sliver.width)},
          'geometry', CASE WHEN o.variant = 'base' THEN ST_AsGeoJSON(ST_Transform(d.geom, ${GEOGRAPHIC_SRID}::integer), 9, 0)::json END)
          ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)), '[]')
        FROM ST_Dump(o.uncovered) AS d)) FROM owned o) AS uncovered`
}
