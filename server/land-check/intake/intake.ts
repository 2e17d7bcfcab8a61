import { ellipsoidalArea, planarArea } from '../../lib/area.ts'
import { findCrs } from '../../lib/crs.ts'
import { Problem, type Text } from '../../lib/errors.ts'
import type { Queryable } from '../../lib/sql.ts'
import { parcelTooLarge, precisionLow } from '../problems.ts'
import type { LandCheckRequest } from '../request.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { GivenPlot, Note, Polygons } from './given.ts'
import { declaredNotes, inputNotes, repairNotes } from './intake-notes.ts'
import { findOutside } from './jurisdiction.ts'
import { orProblem, orThrow } from './or-problem.ts'
import { findParcels, type Ground } from './parcel-code.ts'
import type { MadeParcel } from './plan-intake.ts'
import { checkCrs, choosePlot, formOf, isMapDatum, readPlots } from './read-input.ts'
import { openRings, turnedRings } from './rings.ts'
import { makeParcels, refuseTooFew, toWorking } from './settle.ts'
import { dropSpikes } from './spikes.ts'
import { findMisplacement, type Window, windowsFor } from './window.ts'

export type { Note } from './given.ts'
export type { Ground } from './parcel-code.ts'

/** The parcel as it is judged: on the grid of the working CRS, in canonical order. */
export interface Parcel extends MadeParcel {
  source: GivenPlot['source']
  crs: string
  /** Vertices as they were sent. */
  vertices: number
  parts: number
  notes: Note[]
  /** Whole numbers of the grid, canonical, rings open: what is hashed. */
  grid: Polygons
  areaPlanar: number
  areaEllipsoid: number
  ellipsoidMethod: string
  /** Of a TXT, a collection or the register. */
  plot: { no: string; name: string } | null
  sourceFile: object | null
  datum: string
  /** m² */
  declaredArea: number | null
  location: { division: string; name: Text } | null
  /** The datum was shifted for maps: no authoritative answer. */
  previewOnly: boolean
  /** The layer that has the boundary of the jurisdiction holds nothing. */
  jurisdictionUnknown: boolean
}

/** A plot on its way in: read, or with what is wrong with it. */
export interface Candidate {
  request: LandCheckRequest
  given: GivenPlot
  plot: Parcel['plot']
}

/** The same, its place and precision judged; rings open, without what can be dropped. */
export interface Prepared extends Candidate {
  srid: number
  polygons: Polygons
  notes: Note[]
}

/**
 * Takes a parcel in: the case of one.
 * @throws the problems of problems.ts and problems-intake.ts
 */
export async function takeParcel(
  tx: Queryable,
  request: LandCheckRequest,
  ruleset: Ruleset,
  ground?: Ground
): Promise<Parcel> {
  const [taken] = await takeParcels(tx, [request], ruleset, ground)
  if (!taken || taken instanceof Problem) throw taken ?? new Error('One request has one parcel.')
  return taken
}

/**
 * Takes parcels in (reference: land-check §3.3): reads them, checks CRS, place, precision and validity, and lays them on
 * the grid, all of a chunk in the same few statements. Nothing is guessed and nothing is repaired but what loses
 * nothing, or what the request asks for; both are noted.
 * @param ground where parcel codes and the boundary of the jurisdiction are read; without it neither can be
 * @returns in the order of the requests, each a parcel or its problem
 */
export async function takeParcels(
  tx: Queryable,
  requests: readonly LandCheckRequest[],
  ruleset: Ruleset,
  ground?: Ground
): Promise<(Parcel | Problem)[]> {
  const forms = requests.map(request => orProblem(() => formOf(request)))
  const codes = requests.flatMap(({ parcelCode }, i) => (forms[i] === 'parcelCode' && parcelCode ? [parcelCode] : []))
  const looked = codes.length > 0 ? await findParcels(tx, [...new Set(codes)], ruleset, ground) : new Map()
  const candidates = requests.map((request, i) =>
    orProblem((): Candidate => {
      const form = orThrow(forms[i]!)
      const plots = form === 'parcelCode' ? [orThrow(looked.get(request.parcelCode ?? ''))] : readPlots(request, form)
      const { plot, given } = choosePlot(plots, request.plot)
      const named = form === 'txt' || form === 'parcelCode' || plots.length > 1
      return { request, given, plot: named ? { no: plot.no, name: plot.name } : null }
    })
  )
  return takeCandidates(tx, candidates, ruleset, ground)
}

/** What `takeParcels` does with parcels that were read already. */
export async function takeCandidates(
  tx: Queryable,
  candidates: readonly (Candidate | Problem)[],
  ruleset: Ruleset,
  ground?: Ground
): Promise<(Parcel | Problem)[]> {
  const windows = new Map<string, Window[]>()
  for (const candidate of candidates) {
    if (candidate instanceof Problem || windows.has(candidate.given.crs)) continue
    const known = orProblem(() => checkCrs(candidate.given.crs, ruleset.workingCrs))
    if (!(known instanceof Problem))
      windows.set(candidate.given.crs, await windowsFor(tx, candidate.given.crs, ruleset))
  }
  const prepared = candidates.map(candidate => orProblem(() => prepare(orThrow(candidate), windows, ruleset)))
  const working = await toWorking(tx, prepared, ruleset)
  const sized = working.map(entry => orProblem(() => checkSize(orThrow(entry), ruleset)))
  const made = await makeParcels(tx, sized, ruleset)
  const parcels = made.map(entry => orProblem(() => finish(orThrow(entry), ruleset)))
  const inside = parcels.flatMap(entry => (entry instanceof Problem ? [] : [entry]))
  const outside = await findOutside(tx, inside, ruleset, ground)
  const settled = new Map(inside.map((entry, i) => [entry, outside[i]]))
  return parcels.map(entry => {
    if (entry instanceof Problem) return entry
    const found = settled.get(entry)
    if (found instanceof Problem) return found
    const { metres: _, ...parcel } = entry
    return { ...parcel, jurisdictionUnknown: found === 'unknown' }
  })
}

function prepare({ request, given, plot }: Candidate, windows: Map<string, Window[]>, ruleset: Ruleset): Prepared {
  const { srid, unit } = checkCrs(given.crs, ruleset.workingCrs)
  const misplaced = findMisplacement(given.polygons, windows.get(given.crs)!, ruleset)
  if (misplaced) throw misplaced
  const preview = isMapDatum(request.datum)
  const notes = [...given.notes, ...inputNotes(given)]
  const coarse = precisionProblem(given, unit)
  if (coarse && !preview) throw coarse
  if (coarse) notes.push({ code: coarse.code, message: coarse.text })
  const open = openRings(given.polygons)
  refuseTooFew(open.tooFew)
  const trimmed = dropSpikes(open.polygons, unit)
  notes.push(
    ...repairNotes([
      ...open.repairs,
      { code: 'SPIKES_REMOVED', count: trimmed.count },
      { code: 'RING_ORIENTATION', count: turnedRings(trimmed.polygons) }
    ])
  )
  return { request, given, plot, srid, polygons: trimmed.polygons, notes }
}

/**
 * An 80 m² plot is uncertain by 0.08 m² at 7 decimals of a degree or 2 of a metre, which decides about a cap. JSON
 * drops trailing zeros, so one short number says nothing; that all are short by chance is one in 10⁸ for a square.
 */
function precisionProblem(given: GivenPlot, unit: 'degree' | 'metre'): Problem | null {
  const needed = unit === 'degree' ? 8 : 3
  if (given.decimals >= needed) return null
  return precisionLow({ seen: given.decimals, needed, unit: unit === 'degree' ? '度 degrees' : '米 metres' })
}

/** A prepared parcel on the grid. */
export interface Gridded extends Prepared {
  grid: Polygons
}

function checkSize(entry: Gridded, ruleset: Ruleset): Gridded {
  const area = planarArea(entry.grid, ruleset.gridM)
  if (area <= ruleset.maxAreaM2) return entry
  throw parcelTooLarge({ area: area.toFixed(2), ruleset: ruleset.id, limit: ruleset.maxAreaM2 })
}

type Finished = Parcel & { metres: Polygons }

function finish(
  { request, given, plot, notes, grid, made, metres }: Gridded & { made: MadeParcel; metres: Polygons },
  ruleset: Ruleset
): Finished {
  const areaPlanar = planarArea(grid, ruleset.gridM)
  // Two ways to the same number: a difference means that one of them is broken, and nothing may be answered.
  if (Math.abs(made.area - areaPlanar) > 1e-6 * areaPlanar) {
    throw new Error(`The parcel has ${areaPlanar} m² by integers and ${made.area} m² by ST_Area.`)
  }
  const gauss = findCrs(ruleset.workingCrs)?.gauss
  const { base, eroded, dilated, geometry, area, areaGeography, perimeter, inside } = made
  return {
    ...{ base, eroded, dilated, geometry, area, areaGeography, perimeter, inside },
    source: given.source,
    crs: given.crs,
    vertices: given.vertices,
    parts: grid.length,
    notes: [...notes, ...declaredNotes([request.declaredAreaM2, given.declaredArea], areaPlanar)],
    grid,
    areaPlanar,
    areaEllipsoid: gauss ? ellipsoidalArea(metres, gauss) : areaGeography,
    ellipsoidMethod: gauss ? '国土调查办发〔2008〕32号' : 'PostGIS geography (GeographicLib), GRS 80',
    plot,
    sourceFile: request.sourceFile ?? null,
    datum: request.datum ?? 'CGCS2000',
    declaredArea: request.declaredAreaM2 ?? given.declaredArea,
    location: null,
    previewOnly: isMapDatum(request.datum),
    jurisdictionUnknown: false,
    metres
  }
}
