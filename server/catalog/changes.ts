import { type Queryable, sql } from '../lib/sql.ts'

export type Box = readonly [west: number, south: number, east: number, north: number]

/** What a layer's latest revisions changed, so that what they did not touch keeps its name. */
export interface Changes {
  /** Of revisions up to this one it is not known any more; 0: all are known. */
  base: number
  /** Newest first, without gaps down to `base`; in degrees (EPSG:4490). Those that changed nothing are left out. */
  boxes: readonly { revision: number; box: Box }[]
}

/** A revision of which nothing is known but its number: all of the layer may have changed. */
export const allChanged = (revision: number): Changes => ({ base: revision, boxes: [] })

/** So many revisions at least are known, where they are recorded, and not twice as many. */
const KNOWN = 64

/**
 * From which revision on changes are kept at a revision. It depends on nothing else, so that all servers of a database
 * call a tile by the same name; and it moves in steps, as with it the names of all tiles change.
 */
const baseOf = (revision: number): number => Math.max((Math.floor(revision / KNOWN) - 1) * KNOWN, 0)

/**
 * The last revision that changed anything in a box: until then, its name for what lies in it.
 * @param revision the rows are seen as of this one
 */
export function lastChange({ base, boxes }: Changes, revision: number, [west, south, east, north]: Box): number {
  if (revision <= base) return revision
  for (const { revision: changed, box } of boxes) {
    if (changed > revision) continue
    if (box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south) return changed
  }
  // Whatever is not known counts as one change; the first revision of a layer is never nothing.
  return Math.max(base, 1)
}

interface ChangeRow {
  layer_id: string
  revision: number
  dirty: Box | null
}

/**
 * What changed in layers up to the revisions they stand at. A revision that is not recorded (a table published in
 * place has none) may have changed everything.
 */
export async function readChanges(
  db: Queryable,
  layers: readonly { id: string; revision: number }[]
): Promise<Map<string, Changes>> {
  if (layers.length === 0) return new Map()
  const rows = await db.query<ChangeRow>(sql`SELECT r.layer_id, r.revision, r.dirty
    FROM unnest(${layers.map(({ id }) => id)}::text[], ${layers.map(({ revision }) => revision)}::integer[],
      ${layers.map(({ revision }) => baseOf(revision))}::integer[]) AS l(id, revision, base)
    JOIN yitu.revision r ON r.layer_id = l.id AND r.revision > l.base AND r.revision <= l.revision
    ORDER BY r.layer_id, r.revision DESC`)
  const byLayer = new Map<string, ChangeRow[]>(layers.map(({ id }) => [id, []]))
  for (const row of rows) byLayer.get(row.layer_id)?.push(row)
  return new Map(layers.map(({ id, revision }) => [id, changesOf(revision, byLayer.get(id) ?? [])]))
}

function changesOf(revision: number, rows: readonly ChangeRow[]): Changes {
  const base = baseOf(revision)
  const gap = rows.findIndex((row, i) => row.revision !== revision - i)
  const known = gap < 0 ? rows.length : gap
  const boxes = rows.slice(0, known).flatMap(({ revision, dirty: box }) => (box ? [{ revision, box }] : []))
  return { base: Math.max(base, revision - known), boxes }
}
