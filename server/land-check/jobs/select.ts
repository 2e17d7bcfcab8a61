import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { join, name, type Statement, sql } from '../../lib/sql.ts'
import { filterField, layerNotAreas } from './problems.ts'
import type { Common, Filter } from './request.ts'

const DIVISION_FIELD = 'division_code'

/** @throws LAYER_NOT_POLYGONS, FILTER_FIELD_UNKNOWN for a filter on a field the layer has not */
export function checkFilter(layer: Layer, filter: Filter): void {
  if (!layer.geometry.endsWith('Polygon')) throw layerNotAreas({ layer: layer.id, geometry: layer.geometry })
  const known = layer.fields.map(field => field.name)
  const asked = [filter.field, filter.division === undefined ? undefined : DIVISION_FIELD]
  for (const field of asked) {
    if (field !== undefined && !known.includes(field))
      throw filterField({ layer: layer.id, field, known: known.join(', ') })
  }
}

/**
 * Inserts one item for each feature of a layer's revision that fits the filter, in the order of their ids. The parcel is
 * the feature as it is stored (EPSG:4490), to eleven decimals of a degree: a thousandth of a millimetre.
 */
export function planSelection(
  jobId: string,
  o: { layer: Layer; revision: number; filter: Filter; common: Common; limit: number }
): Statement {
  const { layer, revision, filter, common, limit } = o
  const { crs: _, ...rest } = common
  const { field, in: values, bbox, division } = filter
  const conditions = [
    sql`rev_from <= ${revision}::integer AND (rev_to IS NULL OR rev_to > ${revision}::integer)`,
    ...(field && values ? [sql`${name(field)}::text = ANY (${values}::text[])`] : []),
    ...(bbox
      ? [
          sql`geom && ST_MakeEnvelope(${bbox[0]}::float8, ${bbox[1]}::float8, ${bbox[2]}::float8, ${bbox[3]}::float8, 4490)`
        ]
      : []),
    ...(division ? [sql`starts_with(${name(DIVISION_FIELD)}, ${trimmed(division)}::text)`] : [])
  ]
  return sql`INSERT INTO yitu.land_check_job_item (job_id, n, label, request, request_hash)
    SELECT ${jobId}, row_number() OVER (ORDER BY feature_id), feature_id,
      ${JSON.stringify({ ...rest, crs: 'EPSG:4490' })}::jsonb || jsonb_build_object('wkt', wkt), encode(sha256(wkt::bytea), 'hex')
    FROM (SELECT feature_id, ST_AsText(geom, 11) AS wkt FROM ${tableOf(layer)} WHERE ${join(conditions, ' AND ')}
      ORDER BY feature_id LIMIT ${limit}::integer) AS chosen`
}

/** `440605101000` names the town and all its villages: the zeros at the end stand for every one of them. */
const trimmed = (code: string): string => {
  if (code.length < 12) return code
  for (const length of [2, 4, 6, 9]) if (/^0*$/.test(code.slice(length))) return code.slice(0, length)
  return code
}
