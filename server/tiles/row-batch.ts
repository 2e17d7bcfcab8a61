import type { Feature } from 'geojson'
import type { Row } from '../lib/sql.ts'
import { readWkb } from '../lib/wkb.ts'

/** Rows of a layer on their way into a tile worker: geometries in one block that moves without being copied. */
export interface RowBatch {
  fids: number[]
  featureIds: string[]
  /** A row's values in the order of the layer's fields. */
  values: unknown[][]
  /** WKB after WKB. */
  wkb: Uint8Array<ArrayBuffer>
  /** Where each one ends. */
  ends: number[]
}

/** @param rows with `fid`, `feature_id`, `geom` (WKB) and the fields */
export function packRows(rows: Row[], fields: readonly string[]): RowBatch {
  const geometries = rows.map(row => row['geom'] as Buffer)
  const wkb = new Uint8Array(geometries.reduce((size, geometry) => size + geometry.length, 0))
  let end = 0
  const ends = geometries.map(geometry => {
    wkb.set(geometry, end)
    end += geometry.length
    return end
  })
  return {
    fids: rows.map(row => row['fid'] as number),
    featureIds: rows.map(row => row['feature_id'] as string),
    values: rows.map(row => fields.map(field => row[field])),
    wkb,
    ends
  }
}

/** The rows as GeoJSON: `id` is the fid; of the fields those that have a value, then `feature_id`. */
export function unpackRows({ fids, featureIds, values, wkb, ends }: RowBatch, fields: readonly string[]): Feature[] {
  const bytes = Buffer.from(wkb.buffer, wkb.byteOffset, wkb.byteLength)
  return fids.map((id, i) => {
    const properties: Record<string, unknown> = {}
    fields.forEach((field, column) => {
      const value = values[i]?.[column]
      if (value !== null && value !== undefined) properties[field] = value
    })
    properties['feature_id'] = featureIds[i]
    return { type: 'Feature', id, geometry: readWkb(bytes.subarray(ends[i - 1] ?? 0, ends[i])), properties }
  })
}
