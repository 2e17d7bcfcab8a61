import { findCrs, prefixTwin } from '../../lib/crs.ts'
import { Problem } from '../../lib/errors.ts'
import type { Queryable, Statement } from '../../lib/sql.ts'
import { readWkb } from '../../lib/wkb.ts'
import { undo } from '../measure/failure.ts'
import { geometryInvalid, layersUnavailable } from '../problems.ts'
import { type Ruleset, sensitivityWidth } from '../rules/ruleset.ts'
import type { Polygons, Position } from './given.ts'
import type { Gridded, Prepared } from './intake.ts'
import { MILLIMETRES, repairNotes, structureNote } from './intake-notes.ts'
import { orProblem, orThrow } from './or-problem.ts'
import { type MadeParcel, planParcel, planWorking, type Validity, type WorkingParcel } from './plan-intake.ts'
import { canonicalRings, closeRings, openRings, toGrid, toMetres } from './rings.ts'

/** Parcels to the grid of the working CRS, and what the database makes of them there. */

/**
 * Lays parcels on the grid. What lies on it already (in the working CRS, or its twin by zone number) needs no database:
 * its coordinates are whole numbers of the grid, and no rounding can change whether it is valid.
 */
export async function toWorking(
  tx: Queryable,
  prepared: readonly (Prepared | Problem)[],
  ruleset: Ruleset
): Promise<(Gridded | Problem)[]> {
  const settled = prepared.map(entry => (entry instanceof Problem ? entry : alreadyOnGrid(entry, ruleset)))
  const asked = prepared.filter((_, i): _ is Prepared => settled[i] === null)
  const rows = await rowsFor<Prepared, WorkingParcel>(tx, asked, entries =>
    planWorking(
      entries.map(({ polygons, srid }) => ({ polygons: closeRings(polygons), srid })),
      ruleset
    )
  )
  const carried = asked.map((entry, i) =>
    orProblem((): Gridded => {
      const row = orThrow(rows[i]!)
      if (row.valid) return onGrid(entry, row.wkb, ruleset)
      return repaired(entry, row, entry.given.crs, ruleset)
    })
  )
  return settled.map(entry => entry ?? carried.shift()!)
}

export function refuseTooFew([first]: { part: number; ring: number }[]): void {
  if (!first) return
  const place = `（部分 part ${first.part}, 环 ring ${first.ring}）`
  throw geometryInvalid({ reason: '环少于三个不同的点 a ring has fewer than three distinct points', place })
}

/** The parcel on the grid where it needs no transformation and no rounding (0.02 µm is the noise of doubles). */
function alreadyOnGrid(entry: Prepared, ruleset: Ruleset): Gridded | Problem | null {
  const own = findCrs(entry.given.crs)
  const working = findCrs(ruleset.workingCrs)
  const twin = own && prefixTwin(own)?.code === ruleset.workingCrs
  if (entry.given.crs !== ruleset.workingCrs && !twin) return null
  const shift = (own?.gauss?.falseEasting ?? 0) - (working?.gauss?.falseEasting ?? 0)
  const grid = toGrid(entry.polygons, ruleset.gridM)
  const perMetre = Math.round(1 / ruleset.gridM)
  const exact = entry.polygons.every((rings, p) =>
    rings.every((ring, r) =>
      ring.every(([x, y], i) => {
        const [gx, gy] = grid[p]![r]![i]!
        return Math.abs(x * perMetre - gx) < 2e-4 && Math.abs(y * perMetre - gy) < 2e-4
      })
    )
  )
  if (!exact) return null
  const moved = grid.map(rings => rings.map(ring => ring.map(([x, y]): [number, number] => [x - shift * perMetre, y])))
  return orProblem(() => canonical(entry, moved))
}

function onGrid(entry: Prepared, wkb: Buffer, ruleset: Ruleset): Gridded {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'MultiPolygon') throw new Error(`A parcel became a ${geometry.type}.`)
  const polygons = geometry.coordinates as Polygons
  const millimetres = asMillimetres(entry, polygons, ruleset)
  if (!millimetres) return canonical(entry, toGrid(polygons, ruleset.gridM))
  return canonical({ ...entry, notes: [...entry.notes, MILLIMETRES] }, millimetres)
}

/** Half of 10⁻⁹ of a degree, metres: what the ninth decimal leaves open. It is more than half of the grid. */
const NINTH_DECIMAL_M = 0.000_06

/**
 * Degrees with nine decimals whose every coordinate lies on a whole millimetre, as near as nine decimals can say: that
 * is what was surveyed (by chance it happens to a triangle three times in a million). Without this a parcel written so
 * would differ by a step of the grid from the same parcel in metres.
 */
function asMillimetres({ given }: Prepared, polygons: Polygons, { gridM }: Ruleset): Polygons | null {
  if (given.decimals !== 9 || findCrs(given.crs)?.unit !== 'degree') return null
  const near = (metres: number) => Math.abs(metres - Math.round(metres * 1000) / 1000) <= NINTH_DECIMAL_M
  if (!polygons.every(rings => rings.every(ring => ring.every(([x, y]) => near(x) && near(y))))) return null
  const perMillimetre = Math.round(0.001 / gridM)
  return polygons.map(rings =>
    rings.map(ring =>
      ring.map(([x, y]): Position => [Math.round(x * 1000) * perMillimetre, Math.round(y * 1000) * perMillimetre])
    )
  )
}

/** Points that fall together on the grid are one. */
function canonical(entry: Prepared, grid: Polygons): Gridded {
  const open = openRings(grid)
  refuseTooFew(open.tooFew)
  const merged = open.repairs.find(({ code }) => code === 'DUPLICATE_POINTS_REMOVED')?.count ?? 0
  const notes = [...entry.notes, ...repairNotes([{ code: 'DUPLICATE_POINTS_ON_GRID', count: merged }])]
  return { ...entry, notes, grid: canonicalRings(open.polygons) }
}

/** Two rounds: what is repaired on request is judged as whatever was sent. */
export async function makeParcels(
  tx: Queryable,
  gridded: readonly (Gridded | Problem)[],
  ruleset: Ruleset
): Promise<((Gridded & { made: MadeParcel; metres: Polygons }) | Problem)[]> {
  const width = sensitivityWidth(ruleset)
  const geography = findCrs(ruleset.workingCrs)?.gauss === undefined
  const results: ((Gridded & { made: MadeParcel; metres: Polygons }) | Problem)[] = []
  let pending = gridded.flatMap((entry, i) => {
    if (entry instanceof Problem) results[i] = entry
    return entry instanceof Problem ? [] : [{ i, entry, again: false }]
  })
  while (pending.length > 0) {
    const metres = pending.map(({ entry }) => toMetres(entry.grid, ruleset.gridM))
    const parcels = metres.map(closeRings)
    const rows = await rowsFor<(typeof parcels)[number], MadeParcel & Validity>(tx, parcels, entries =>
      planParcel(entries, { width, ruleset, geography })
    )
    const next: typeof pending = []
    for (const [n, { i, entry, again }] of pending.entries()) {
      const row = rows[n]!
      if (row instanceof Problem) results[i] = row
      else if (row.valid) results[i] = { ...entry, made: row, metres: metres[n]! }
      else {
        const mended = orProblem(() => repaired(entry, row, ruleset.workingCrs, ruleset, again))
        if (mended instanceof Problem) results[i] = mended
        else next.push({ i, entry: mended, again: true })
      }
    }
    pending = next
  }
  return results
}

/** m² by which a repair that was asked for may change the area. */
const MAX_REPAIR_M2 = 0.01

/** @throws GEOMETRY_INVALID with the repair as an offer, where it was not asked for or would change the land */
function repaired(entry: Prepared, row: Validity, crs: string, ruleset: Ruleset, again = false): Gridded {
  const { reason, at, repair } = row
  const parts = entry.polygons.length
  const isSame = repair && Math.abs(repair.areaDelta) <= MAX_REPAIR_M2 && repair.parts === parts
  if (entry.request.repair === 'structure' && repair && isSame && !again) {
    const notes = [...entry.notes, structureNote(repair.areaDelta)]
    return onGrid({ ...entry, notes }, Buffer.from(repair.working, 'hex'), ruleset)
  }
  const place = at ? `，位于 at x ${at.x}, y ${at.y} (${crs})` : ''
  const offer = {
    suggestedRepair: repair?.geometry,
    areaDelta: repair?.areaDelta,
    partsBefore: parts,
    partsAfter: repair?.parts
  }
  throw geometryInvalid({ reason: reason ?? '', place }, { members: { reason, at: at && { crs, ...at }, ...offer } })
}

/**
 * One row for each entry, asked together. Where that fails each is asked alone, so that a parcel the database chokes on
 * spoils no other. The embedded database answers some failures of GEOS with no rows.
 */
async function rowsFor<E, R>(
  tx: Queryable,
  entries: readonly E[],
  plan: (entries: readonly E[]) => Statement
): Promise<(R | Problem)[]> {
  const ask = async (some: readonly E[]): Promise<R[]> => {
    const rows = await tx.query<object>(plan(some))
    if (rows.length !== some.length)
      throw new Error(`The database answered ${rows.length} rows for ${some.length} parcels.`)
    return rows as R[]
  }
  if (entries.length === 0) return []
  if (entries.length === 1) return ask(entries)
  const together = await ask(entries).catch(async error => {
    await undo(tx, error)
    return null
  })
  if (together) return together
  const alone: (R | Problem)[] = []
  for (const entry of entries) {
    const found = await ask([entry]).catch(async error => {
      await undo(tx, error)
      return layersUnavailable({}, { cause: error })
    })
    alone.push(found instanceof Problem ? found : found[0]!)
  }
  return alone
}
