import type { Geometry } from 'geojson'
import type { TileId } from '../../server/lib/tile-id.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { writeWkb } from '../../server/lib/wkb.ts'
import { ColumnBuilder } from '../../server/tiles/cut/column-builder.ts'
import type { Columns, FeatureSet } from '../../server/tiles/cut/columns.ts'
import { type Cut, type CutSpec, type CutView, cutTile } from '../../server/tiles/cut/cut-tile.ts'
import { frameOf } from '../../server/tiles/cut/frame.ts'
import { packRows } from '../../server/tiles/row-batch.ts'

/** A row of a layer whose fields are those of `values`. */
export interface FlatRow {
  fid: number
  geometry: Geometry | Buffer
  values?: Record<string, unknown>
}

export interface FlatOptions {
  names?: string[]
  maxZoom?: number
  labels?: boolean
  labelZoom?: number
  cluster?: CutSpec['cluster']
  squareColumns?: number[]
}

/** A layer `a` without a database. */
export function specOf({
  names = [],
  maxZoom = 18,
  labels = false,
  cluster = null,
  ...more
}: FlatOptions = {}): CutSpec {
  return {
    id: 'a',
    names: [...names, 'feature_id'],
    squareColumns: more.squareColumns ?? [],
    maxZoom,
    labels,
    labelZoom: more.labelZoom ?? 0,
    cluster
  }
}

export function columnsOf(rows: FlatRow[], spec: CutSpec, base?: Columns): Columns {
  const names = spec.names.slice(0, -1)
  const builder = new ColumnBuilder({ fields: names.length, maxZoom: spec.maxZoom, labels: spec.labels }, base?.values)
  const given = rows.map(({ fid, geometry, values }) => ({
    fid,
    feature_id: `f${fid}`,
    geom: Buffer.isBuffer(geometry) ? geometry : writeWkb(geometry),
    ...values
  }))
  builder.add(packRows(given, names))
  return builder.finish()
}

export const setOf = (base: Columns): FeatureSet => ({ base, removed: null, added: null })

/** Cuts from rows as a layer of their own would be. */
export function flatLayer(rows: FlatRow[], options: FlatOptions = {}) {
  const spec = specOf(options)
  const set = setOf(columnsOf(rows, spec))
  return (tile: TileId, { grid = WEB_MERCATOR_QUAD, view = {} as Partial<CutView> } = {}): Cut =>
    cutTile(set, spec, { columns: spec.names.map((_, i) => i), match: null, ...view }, frameOf(grid, tile))
}
