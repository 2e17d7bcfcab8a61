import type { Row } from '../lib/sql.ts'

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
