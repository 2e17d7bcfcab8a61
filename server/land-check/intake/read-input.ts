import { findCrs, foreignDatum, sridOf } from '../../lib/crs.ts'
import { Problem } from '../../lib/errors.ts'
import { crsUndeclared, crsUnsupported, datumForeign, inputCount } from '../problems.ts'
import type { LandCheckRequest } from '../request.ts'
import { fromMapDatum, type MapDatum } from './datum.ts'
import {
  coordinatesOf,
  decimalsOf,
  type GivenParcel,
  type GivenPlot,
  type Note,
  type Plot,
  type Position
} from './given.ts'
import { orProblem } from './or-problem.ts'
import { datumNotForForm, plotNotOne } from './problems-intake.ts'
import { readGeojson, splitFeatures } from './read-geojson.ts'
import { readTxt } from './read-txt.ts'
import { readWkt } from './read-wkt.ts'
import { TXT_NOTES } from './txt-lines.ts'

/** The plots a request sends, whatever form it has; what is looked up in the database is not here. */

const FORMS = ['geojson', 'wkt', 'vertices', 'txt', 'parcelCode'] as const
export type Form = (typeof FORMS)[number]

/**
 * The one form the parcel comes in.
 * @throws INPUT_NOT_ONE, DATUM_NOT_FOR_FORM
 */
export function formOf(request: LandCheckRequest): Form {
  const seen = FORMS.filter(form => request[form] !== undefined)
  const [form] = seen
  if (seen.length !== 1 || !form) throw inputCount({ seen: seen.join(', ') || '无 none' })
  if (request.crs !== undefined && (form === 'geojson' || form === 'parcelCode')) {
    const why =
      form === 'geojson' ? 'RFC 7946: GeoJSON 恒为经纬度 is always longitude latitude' : '以图层为准 the layer says it'
    throw inputCount({ seen: `${form}, crs (${why})` })
  }
  const { datum } = request
  if (isMapDatum(datum) && (form === 'txt' || form === 'parcelCode')) throw datumNotForForm({ datum, form })
  return form
}

export const isMapDatum = (datum: LandCheckRequest['datum']): datum is MapDatum =>
  datum === 'GCJ-02' || datum === 'BD-09'

/**
 * Every plot of the input.
 * @throws what is wrong with all of it; what is wrong with one plot stands in its place
 */
export function readPlots(request: LandCheckRequest, form: Exclude<Form, 'parcelCode'>): Plot[] {
  if (form === 'txt') return withFileNotes(readTxt(request.txt ?? '', request.crs), request)
  if (form === 'geojson') {
    return splitFeatures(request.geojson).map(({ no, name, pointer, value }) => ({
      no,
      name,
      parcel: orProblem(() => finish(readGeojson(value, pointer), 'OGC:CRS84', request))
    }))
  }
  const { crs } = request
  if (crs === undefined) throw crsUndeclared()
  const given = form === 'wkt' ? readWkt(request.wkt ?? '') : readVertices(request.vertices ?? [])
  const source = form === 'wkt' && request.sourceFile ? 'file' : given.source
  return [{ no: '1', name: '', parcel: finish({ ...given, source }, crs, request) }]
}

/**
 * The plot that is meant: by its number, else by its place from 1.
 * @throws PLOT_NOT_ONE listing what there is; the problem of the plot
 */
export function choosePlot(plots: Plot[], wanted: string | undefined): { plot: Plot; given: GivenPlot } {
  const named = plots.filter(({ no }) => no === wanted)
  const placed = /^[1-9]\d*$/.test(wanted ?? '') ? plots.slice(Number(wanted) - 1, Number(wanted)) : []
  const chosen = wanted === undefined ? plots : named.length > 0 ? named : placed
  const [plot] = chosen
  if (chosen.length !== 1 || !plot) {
    const list = plots.slice(0, 50).map(({ no, name }, i) => `${i + 1}: ${no}${name && ` ${name}`}`)
    const [asked, askedEn] =
      wanted === undefined
        ? ['未指明审查哪一个', 'and none is chosen']
        : chosen.length > 1
          ? [`编号“${wanted}”不唯一`, `and several have the number "${wanted}"`]
          : [`没有“${wanted}”`, `and none is "${wanted}"`]
    const members = { plots: plots.map(({ no, name }, i) => ({ place: i + 1, no, name })) }
    throw plotNotOne({ count: plots.length, asked, askedEn, list: list.join('; ') }, { members })
  }
  if (plot.parcel instanceof Problem) throw plot.parcel
  return { plot, given: plot.parcel }
}

function readVertices(vertices: number[][]): GivenParcel {
  const ring = vertices.map(([x = Number.NaN, y = Number.NaN]): Position => [x, y])
  const decimals = Math.max(0, ...ring.flat().map(n => decimalsOf(String(n))))
  return { source: 'vertices', ...coordinatesOf([[ring]]), decimals, hasZ: false }
}

function finish(given: GivenParcel, crs: string, { datum }: LandCheckRequest): GivenPlot {
  const notes: Note[] = []
  if (!isMapDatum(datum)) return { ...given, crs, notes, declaredArea: null }
  if (findCrs(crs)?.unit !== 'degree') throw datumNotForForm({ datum, form: crs })
  const message = {
    zh: `${datum} 坐标已按公开公式近似换回 CGCS2000，只供预览。`,
    en: `${datum} coordinates were taken back to CGCS2000 by published formulas, roughly: for a preview only.`
  }
  notes.push({ code: 'DATUM_SHIFTED', message })
  return { ...given, polygons: fromMapDatum(given.polygons, datum), crs, notes, declaredArea: null }
}

/** The encoding of a file is gone from its text; `sourceFile.format` keeps it. */
function withFileNotes(plots: Plot[], { sourceFile }: LandCheckRequest): Plot[] {
  if (!sourceFile?.format.includes('gb18030')) return plots
  const note = { code: 'TXT_ENCODING_GB18030', message: TXT_NOTES.TXT_ENCODING_GB18030 }
  return plots.map(plot =>
    plot.parcel instanceof Problem ? plot : { ...plot, parcel: { ...plot.parcel, notes: [note, ...plot.parcel.notes] } }
  )
}

/**
 * @throws DATUM_FOREIGN, CRS_UNSUPPORTED
 */
export function checkCrs(crs: string, workingCrs: string): { srid: number; unit: 'degree' | 'metre' } {
  const datum = foreignDatum(crs)
  if (datum) throw datumForeign({ crs, datum })
  const known = findCrs(crs)
  if (known) return known
  if (crs !== workingCrs) throw crsUnsupported({ crs, working: workingCrs })
  return { srid: sridOf(crs), unit: 'metre' }
}
