import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Database } from '../../lib/sql.ts'
import type { CutAsk, CutTile, TileSource } from '../source.ts'
import { markReduced } from './mark-reduced.ts'
import { type CutRow, planReduced, planWhole } from './plan-cut.ts'
import { type TileFrame, tileFrame } from './tile-frame.ts'

/** Bytes of gzip one layer may put into a tile. */
const BUDGET = 500_000
/** Aims below the budget, as the next features weigh a little more or less than those before. */
const AIM = 0.9
/** Gzip of one feature, about: what the shape takes, and each field. */
const FEATURE_BYTES = { shape: 12, field: 4 }
/** A tile with more than this times the features that are thought to fit is not made whole first. */
const HOPE = 1.25

const compress = promisify(gzip)

/**
 * Tiles made by PostGIS (ST_AsMVT), for layers too large for memory and for what was: the same statement for every tile
 * of a layer, one way to the database and back, given up when nobody waits any more. A tile that would be larger than
 * the budget shows its largest features only and says so.
 */
export const postgisSource = (db: Database): TileSource => ({
  async cut(ask, signal) {
    const frame = tileFrame(ask.grid, ask.tile)
    const [whole] = await db.query<CutRow>(planWhole(ask, frame, Math.floor(usualMost(ask) * HOPE)), { signal })
    if (!whole) return { revision: 0, mvt: null, reduced: null }
    const size = whole.mvt && (await gzipSize(whole.mvt))
    if (size !== null && size <= BUDGET) return { revision: whole.revision, mvt: filled(whole.mvt), reduced: null }
    return reduce(db, ask, frame, size === null ? usualMost(ask) : lower(whole.total, size), signal)
  }
})

async function reduce(
  db: Database,
  ask: CutAsk,
  frame: TileFrame,
  limit: number,
  signal: AbortSignal | undefined
): Promise<CutTile> {
  const [row] = await db.query<CutRow>(planReduced(ask, frame, limit), { signal })
  const mvt = filled(row?.mvt ?? null)
  if (!row || !mvt) return { revision: row?.revision ?? 0, mvt: null, reduced: null }
  const size = await gzipSize(mvt)
  if (size > BUDGET && limit > 1) return reduce(db, ask, frame, lower(limit, size), signal)
  const reduced = { shown: row.shown, total: row.total }
  return { revision: row.revision, mvt: markReduced(mvt, reduced), reduced }
}

const filled = (mvt: Buffer | null): Buffer | null => (mvt && mvt.length > 0 ? mvt : null)

function usualMost({ layer, view }: CutAsk): number {
  const fields = view.fields?.length ?? layer.fields.length
  return Math.floor(BUDGET / (FEATURE_BYTES.shape + FEATURE_BYTES.field * (fields + 1)))
}

const lower = (count: number, size: number): number => Math.max(1, Math.floor((count * AIM * BUDGET) / size))

/** What the tile takes compressed; where it is within the budget as it is, that. */
const gzipSize = async (mvt: Buffer): Promise<number> =>
  mvt.length <= BUDGET ? mvt.length : (await compress(mvt, { level: 6 })).length
