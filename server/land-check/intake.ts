import { ellipsoidalArea, planarArea } from '../lib/area.ts'
import { findCrs, foreignDatum, sridOf } from '../lib/crs.ts'
import type { Text } from '../lib/errors.ts'
import type { Queryable } from '../lib/sql.ts'
import { readWkb } from '../lib/wkb.ts'
import type { GivenParcel, Polygons } from './given.ts'
import { type MadeParcel, planParcel, planWorking, type WorkingParcel } from './plan-intake.ts'
import {
  crsUndeclared,
  crsUnsupported,
  datumForeign,
  geometryInvalid,
  inputCount,
  parcelTooLarge,
  precisionLow
} from './problems.ts'
import { readGeojson } from './read-geojson.ts'
import { readWkt } from './read-wkt.ts'
import type { LandCheckRequest } from './request.ts'
import { canonicalRings, closeRings, openRings, toGrid, toMetres, turnedRings } from './rings.ts'
import { one } from './rows.ts'
import { type Ruleset, sensitivityWidth } from './ruleset.ts'
import { type Box, candidateCrs, findMisplacement, padded, planWindows } from './window.ts'

export interface Note {
  code: string
  message: Text
  count?: number
}

/** The parcel as it is judged: on the grid of the working CRS, in canonical order. */
export interface Parcel extends MadeParcel {
  source: GivenParcel['source']
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
  plot: { no: string; name: string } | null
  sourceFile: object | null
  datum: string
  /** m² */
  declaredArea: number | null
  location: { division: string; name: Text } | null
  /** The datum was shifted for maps: no authoritative answer. */
  previewOnly: boolean
}

/**
 * Takes a parcel in (reference: land-check §3.3): reads it, checks its CRS, place, precision and validity, and lays it
 * on the grid. Nothing is guessed and nothing is repaired but what loses nothing; that is noted.
 * @throws the problems of problems.ts
 */
export async function takeParcel(tx: Queryable, request: LandCheckRequest, ruleset: Ruleset): Promise<Parcel> {
  const { given, crs } = readInput(request)
  const { srid, unit } = checkCrs(crs, ruleset)
  const notes = inputNotes(given, crs)
  await checkPlace(tx, given.polygons, crs, ruleset)
  checkPrecision(given, unit)

  const open = openRings(given.polygons)
  refuseTooFew(open.tooFew)
  notes.push(...repairNotes(open.repairs, turnedRings(open.polygons)))

  const working = one<WorkingParcel>(await tx.query(planWorking(closeRings(open.polygons), srid, ruleset)))
  if (!working.valid) throw invalid(working, crs)
  const grid = onGrid(working.wkb, ruleset, notes)
  const metres = toMetres(grid, ruleset.gridM)
  const areaPlanar = planarArea(grid, ruleset.gridM)
  if (areaPlanar > ruleset.maxAreaM2) {
    throw parcelTooLarge({ area: areaPlanar.toFixed(2), ruleset: ruleset.id, limit: ruleset.maxAreaM2 })
  }
  const made = one<MadeParcel & WorkingParcel>(
    await tx.query(planParcel(closeRings(metres), sensitivityWidth(ruleset), ruleset))
  )
  if (!made.valid) throw invalid(made, ruleset.workingCrs)
  // Two ways to the same number: a difference means that one of them is broken, and nothing may be answered.
  if (Math.abs(made.area - areaPlanar) > 1e-6 * areaPlanar) {
    throw new Error(`The parcel has ${areaPlanar} m² by integers and ${made.area} m² by ST_Area.`)
  }
  const gauss = findCrs(ruleset.workingCrs)?.gauss
  return {
    ...made,
    ...{ plot: null, sourceFile: null, datum: 'CGCS2000', declaredArea: null, location: null, previewOnly: false },
    source: given.source,
    crs,
    vertices: given.vertices,
    parts: grid.length,
    notes,
    grid,
    areaPlanar,
    areaEllipsoid: gauss ? ellipsoidalArea(metres, gauss) : made.areaGeography,
    ellipsoidMethod: gauss ? '国土调查办发〔2008〕32号' : 'PostGIS geography (GeographicLib), GRS 80'
  }
}

function readInput({ geojson, wkt, crs }: LandCheckRequest): { given: GivenParcel; crs: string } {
  const seen = Object.entries({ geojson, wkt }).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  if (seen.length !== 1) throw inputCount({ seen: seen.join(', ') || '无 none' })
  if (geojson !== undefined) {
    if (crs !== undefined)
      throw inputCount({ seen: 'geojson, crs (RFC 7946: GeoJSON 恒为经纬度 is always longitude latitude)' })
    return { given: readGeojson(geojson), crs: 'OGC:CRS84' }
  }
  if (crs === undefined) throw crsUndeclared()
  return { given: readWkt(wkt ?? ''), crs }
}

function checkCrs(crs: string, ruleset: Ruleset): { srid: number; unit: 'degree' | 'metre' } {
  const datum = foreignDatum(crs)
  if (datum) throw datumForeign({ crs, datum })
  const known = findCrs(crs)
  if (known) return known
  if (crs !== ruleset.workingCrs) throw crsUnsupported({ crs, working: ruleset.workingCrs })
  return { srid: sridOf(crs), unit: 'metre' }
}

function inputNotes(given: GivenParcel, crs: string): Note[] {
  const notes: Note[] = []
  if (crs === 'OGC:CRS84' || crs === 'EPSG:4326') {
    const message = { zh: 'WGS 84 经纬度按 CGCS2000 使用。', en: 'WGS 84 longitude latitude is taken as CGCS2000.' }
    notes.push({ code: 'DATUM_ASSUMED_EQUAL', message })
  }
  if (given.hasZ)
    notes.push({ code: 'Z_DROPPED', message: { zh: '高程等第三维已略去。', en: 'Z and M were dropped.' } })
  return notes
}

async function checkPlace(tx: Queryable, polygons: Polygons, crs: string, ruleset: Ruleset): Promise<void> {
  const candidates = candidateCrs(crs, ruleset)
  const rows = await tx.query<{ srid: number; box: Box }>(
    planWindows(
      candidates.map(({ srid }) => srid),
      ruleset
    )
  )
  const windows = candidates.map(({ code, srid }) => {
    const found = rows.find(row => row.srid === srid)
    if (!found) throw new Error(`The database does not know SRID ${srid}.`)
    const unit = findCrs(code)?.unit ?? 'metre'
    return { code, srid, box: padded(found.box, unit, ruleset.jurisdiction.paddingM) }
  })
  const problem = findMisplacement(polygons, windows, ruleset)
  if (problem) throw problem
}

/**
 * An 80 m² plot is uncertain by 0.08 m² at 7 decimals of a degree or 2 of a metre, which decides about a cap. JSON
 * drops trailing zeros, so one short number says nothing; that all are short by chance is one in 10⁸ for a square.
 */
function checkPrecision(given: GivenParcel, unit: 'degree' | 'metre'): void {
  const needed = unit === 'degree' ? 8 : 3
  if (given.decimals >= needed) return
  throw precisionLow({ seen: given.decimals, needed, unit: unit === 'degree' ? '度 degrees' : '米 metres' })
}

function refuseTooFew([first]: { part: number; ring: number }[]): void {
  if (!first) return
  const place = `(部分 part ${first.part}, 环 ring ${first.ring})`
  throw geometryInvalid({ reason: '环少于三个不同的点 a ring has fewer than three distinct points', place })
}

const REPAIRS: Record<string, Text> = {
  RING_CLOSED: { zh: '未闭合的环已闭合。', en: 'Rings that were open were closed.' },
  DUPLICATE_POINTS_REMOVED: { zh: '重复点已去除。', en: 'Repeated points were removed.' },
  RING_ORIENTATION: { zh: '环的方向已调整。', en: 'Rings were turned to their proper direction.' },
  DUPLICATE_POINTS_ON_GRID: {
    zh: '0.1 毫米格网上重合的点已合并。',
    en: 'Points that fall together on the 0.1 mm grid were merged.'
  }
}

function repairNotes(repairs: { code: string; count: number }[], turned: number): Note[] {
  const all = turned > 0 ? [...repairs, { code: 'RING_ORIENTATION', count: turned }] : repairs
  return all.map(({ code, count }) => ({ code, count, message: REPAIRS[code]! }))
}

/** Rounds to the grid; points that fall together there are one. */
function onGrid(wkb: Buffer, ruleset: Ruleset, notes: Note[]): Polygons {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'MultiPolygon') throw new Error(`A parcel became a ${geometry.type}.`)
  const open = openRings(toGrid(geometry.coordinates as Polygons, ruleset.gridM))
  refuseTooFew(open.tooFew)
  const merged = open.repairs.find(({ code }) => code === 'DUPLICATE_POINTS_REMOVED')
  if (merged) notes.push(...repairNotes([{ code: 'DUPLICATE_POINTS_ON_GRID', count: merged.count }], 0))
  return canonicalRings(open.polygons)
}

function invalid({ reason, at, repair }: WorkingParcel, crs: string) {
  const place = at ? `,位于 at x ${at.x}, y ${at.y} (${crs})` : ''
  return geometryInvalid(
    { reason: reason ?? '', place },
    { members: { reason, at: at && { crs, ...at }, suggestedRepair: repair?.geometry, areaDelta: repair?.areaDelta } }
  )
}
