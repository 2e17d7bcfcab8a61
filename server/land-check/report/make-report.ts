import type { Catalog } from '../../catalog/catalog.ts'
import type { Language } from '../../lib/errors.ts'
import type { Queryable } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import { faceOf } from './ink.ts'
import type { Variant } from './input.ts'
import { frameAround, widened } from './map-frame.ts'
import type { Report } from './model.ts'
import { projectResult } from './project.ts'
import { composeReport } from './report.ts'
import { readSurroundings } from './surroundings.ts'

export interface ReportOptions {
  language: Language
  variant: Variant
  /** What the QR code leads to. */
  verifyUrl: string
  /** IANA name: in which moments are printed. */
  timeZone: string
}

/** The report of a kept answer, with what lay around its parcel when it was given. */
export async function makeReport(
  db: Queryable,
  catalog: Catalog,
  result: LandCheckResult,
  options: ReportOptions
): Promise<Report> {
  const projected = await projectResult(db, result)
  const extent = widened(frameAround(projected.parcel).extent)
  const neighbourhood = await readSurroundings(db, catalog, result, options.variant, extent)
  return composeReport({
    ...options,
    ...neighbourhood,
    result,
    projected,
    face: id => {
      const layer = catalog.find(id)
      return layer && faceOf(layer)
    },
    codeTitle: (list, code) => catalog.codeLists.get(list)?.codes.find(known => known.code === code)?.title
  })
}
