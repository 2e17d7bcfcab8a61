import type { Geometry } from 'geojson'
import type { Filter } from '../catalog/filter.ts'
import type { Layer } from '../catalog/layer.ts'
import type { Queryable, Row } from '../lib/sql.ts'
import { planAtPoint } from './plan-at-point.ts'
import type { Spot } from './spot.ts'

/** Rows to look among, of one layer. */
export interface AskedLayer {
  layer: Layer
  /** The fields to tell; null: all. */
  fields: readonly string[] | null
  /** Only rows it holds for. */
  filter: Filter | null
  /** Rows of an earlier revision; null: the current ones. */
  asOfRevision: number | null
  /** Whether a row with such fields is to be seen; default: each is. */
  isSeen?: (values: Row) => boolean
  /** How far from the spot a line or point may be, in pixels. An area has to be under it. */
  reach: number
}

/** A row that lies at a spot. */
export interface FoundFeature {
  layer: Layer
  /** The revision it is of: read with it. */
  revision: number
  featureId: string
  /** By the names of the fields asked for. */
  values: Row
  /** Legal effect, `YYYY-MM-DD`. */
  validFrom: string | null
  validTo: string | null
  /** Longitude latitude in degrees; of very many vertices to half a pixel only. */
  geometry: Geometry
}

/** Rows that are read where not each is to be seen. */
const MOST_READ = 50

/** Features of all layers that are told at once. */
const MOST_FOUND = 200

/** Layers that are looked through at the same time. */
const AT_ONCE = 4

/**
 * The rows at a spot: of each layer the nearest first, of areas the smallest first, at most `count`; layers in their
 * order, and 200 features in all. Nothing where the spot is beyond what its CRS can say.
 * @throws the signal's reason
 */
export async function featuresAt(
  db: Queryable,
  asked: readonly AskedLayer[],
  spot: Spot,
  count: number,
  signal?: AbortSignal
): Promise<FoundFeature[]> {
  const found: FoundFeature[] = []
  for (let i = 0; i < asked.length && found.length < MOST_FOUND; i += AT_ONCE) {
    const group = asked.slice(i, i + AT_ONCE)
    found.push(...(await Promise.all(group.map(one => rowsAt(db, one, spot, count, signal)))).flat())
  }
  return found.slice(0, MOST_FOUND)
}

/** No field's name begins with `_`. */
interface FoundRow extends Row {
  _revision: number
  _geometry: Geometry
  feature_id: string
  valid_from: string | null
  valid_to: string | null
}

async function rowsAt(db: Queryable, asked: AskedLayer, spot: Spot, count: number, signal?: AbortSignal) {
  const { isSeen } = asked
  const statement = planAtPoint(asked, spot, isSeen ? Math.max(count, MOST_READ) : count)
  const found = statement ? await db.query<FoundRow>(statement, { signal }) : []
  const rows = isSeen ? found.filter(isSeen).slice(0, count) : found
  return rows.map(row => {
    const { _revision, _geometry, feature_id, valid_from, valid_to, ...values } = row
    return {
      layer: asked.layer,
      revision: _revision,
      featureId: feature_id,
      values,
      validFrom: valid_from,
      validTo: valid_to,
      geometry: _geometry
    }
  })
}
