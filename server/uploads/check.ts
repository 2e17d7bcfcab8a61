import type { GeometryType } from '../catalog/layer.ts'
import type { Text } from '../lib/errors.ts'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'
import { addIssue, type IssueKind, type Report } from './report.ts'
import { stagingTable } from './staging.ts'

/** west, south, east, north in degrees, EPSG:4490 */
export type Extent = readonly number[]

interface Found {
  kind: IssueKind
  total: number
  index: number
  feature_id: string
  type: string
  reason: string | null
  x: number | null
  y: number | null
}

/**
 * Checks what is staged, in the database and in two statements: business keys that occur twice; geometries that are
 * empty, of another type than the layer's, outside its extent, or invalid (OGC 06-103r4 §6.1) with reason and place.
 */
export async function checkStaged(
  db: Queryable,
  stagingId: string,
  layer: { geometry: GeometryType; extent: Extent },
  report: Report
): Promise<void> {
  for (const statement of [planDuplicateKeys(stagingId), planGeometryCheck(stagingId, layer.geometry, layer.extent)]) {
    const rest = new Map<IssueKind, number>()
    for (const found of await db.query<Found>(statement)) {
      const location = found.x === null || found.y === null ? {} : { location: [found.x, found.y] as [number, number] }
      const message = explain(found, layer)
      const issue = {
        kind: found.kind,
        severity: 'error',
        index: found.index,
        featureId: found.feature_id,
        message
      } as const
      addIssue(report, { ...issue, ...location })
      rest.set(found.kind, (rest.get(found.kind) ?? found.total) - 1)
    }
    for (const [kind, more] of rest) {
      report.counts[kind] = (report.counts[kind] ?? 0) + more
      report.errors += more
    }
  }
}

const LISTED = 100

export function planDuplicateKeys(stagingId: string): Statement {
  return sql`SELECT 'duplicate-key' AS kind, (count(*) OVER ())::integer AS total, _seq::integer AS index, feature_id,
      '' AS type, first::text AS reason, NULL::float8 AS x, NULL::float8 AS y
    FROM (SELECT _seq, feature_id, min(_seq) OVER (PARTITION BY feature_id) AS first FROM ${stagingTable(stagingId)}) AS keyed
    WHERE _seq > first ORDER BY _seq LIMIT ${LISTED}`
}

export function planGeometryCheck(stagingId: string, geometry: GeometryType, [w, s, e, n]: Extent): Statement {
  return sql`WITH judged AS MATERIALIZED (
      SELECT _seq, feature_id, geom, CASE
        WHEN ST_IsEmpty(geom) THEN 'empty-geometry'
        WHEN ST_GeometryType(geom) <> ${`ST_${geometry}`}::text THEN 'wrong-geometry-type'
        WHEN ST_XMin(geom) < ${w}::float8 OR ST_YMin(geom) < ${s}::float8 OR ST_XMax(geom) > ${e}::float8
          OR ST_YMax(geom) > ${n}::float8 THEN 'outside-extent'
        WHEN NOT ST_IsValid(geom) THEN 'invalid-geometry' END AS kind
      FROM ${stagingTable(stagingId)}),
    bad AS (
      SELECT *, (count(*) OVER (PARTITION BY kind))::integer AS total FROM judged WHERE kind IS NOT NULL ORDER BY _seq LIMIT ${LISTED})
    SELECT bad.kind, bad.total, bad._seq::integer AS index, bad.feature_id, ST_GeometryType(geom) AS type, detail.reason,
      CASE WHEN bad.kind = 'outside-extent' THEN ST_X(ST_PointN(ST_BoundingDiagonal(geom), 1)) ELSE ST_X(detail.location) END AS x,
      CASE WHEN bad.kind = 'outside-extent' THEN ST_Y(ST_PointN(ST_BoundingDiagonal(geom), 1)) ELSE ST_Y(detail.location) END AS y
    FROM bad LEFT JOIN LATERAL ST_IsValidDetail(CASE WHEN bad.kind = 'invalid-geometry' THEN geom END) AS detail ON true
    ORDER BY bad._seq`
}

/** What GEOS says, in Chinese where it is one of the usual. */
const REASONS: Record<string, string> = {
  'Self-intersection': '自相交',
  'Ring Self-intersection': '环自相交',
  'Hole lies outside shell': '内环在外环之外',
  'Holes are nested': '内环嵌套',
  'Interior is disconnected': '内部不连通',
  'Nested shells': '外环嵌套',
  'Duplicate Rings': '重复的环',
  'Too few points in geometry component': '点数不足',
  'Invalid Coordinate': '坐标无效',
  'Ring is not closed': '环不闭合'
}

function explain({ kind, type, reason }: Found, layer: { geometry: GeometryType; extent: Extent }): Text {
  switch (kind) {
    case 'duplicate-key':
      return {
        zh: `业务标识与第 ${reason} 个要素相同(从 0 数)`,
        en: `The business key is that of feature ${reason} (from 0)`
      }
    case 'empty-geometry':
      return { zh: '几何为空', en: 'The geometry is empty' }
    case 'wrong-geometry-type': {
      const found = type.replace('ST_', '')
      return {
        zh: `几何类型是 ${found},图层要求 ${layer.geometry}`,
        en: `It is a ${found}; the layer holds ${layer.geometry}`
      }
    }
    case 'outside-extent': {
      const box = layer.extent.join(', ')
      return { zh: `超出图层范围 ${box}(经纬度)`, en: `It lies outside the layer's extent ${box} (degrees)` }
    }
    default: {
      const why = reason ?? 'Invalid geometry'
      return { zh: `几何无效:${REASONS[why] ?? why}`, en: `The geometry is invalid: ${why}` }
    }
  }
}
