import type { Geometry } from 'geojson'
import type { Field } from '../../catalog/layer.ts'
import type { Language, Text } from '../../lib/errors.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { Ink } from './model.ts'

/** `public`: for 公示; nothing of households, holders or purposes. */
export const VARIANTS = ['full', 'public'] as const
export type Variant = (typeof VARIANTS)[number]

/** What of a layer stands in a report. */
export interface LayerFace {
  title: Text
  fields: ReadonlyMap<string, Pick<Field, 'title' | 'codelist'>>
  ink: Ink
  line: boolean
}

/** A neighbouring feature, clipped to the map, in metres of the working CRS. */
export interface Surrounding {
  layer: string
  geometry: Geometry
}

/** The answer's geometries in metres of its working CRS, on the grid; in the order they stand in the answer. */
export interface Projected {
  parcel: Geometry
  net: (Geometry | null)[]
  /** By rule, then by feature. */
  overlaps: Geometry[][]
  slivers: Geometry[]
  suggestions: Geometry[]
}

/** All that a report is made from. */
export interface ReportInput {
  result: LandCheckResult
  projected: Projected
  surroundings: readonly Surrounding[]
  /** Layers whose rows at the frozen revision are demonstration data. */
  synthetic: ReadonlySet<string>
  face(layer: string): LayerFace | undefined
  /** The title of a code of a code list. */
  codeTitle(list: string, code: string): Text | undefined
  language: Language
  variant: Variant
  verifyUrl: string
  /** IANA name, of the rule set. */
  timeZone: string
}

/** Picks the language of a report. */
export type Say = (zh: string, en: string) => string
export const sayIn =
  (language: Language): Say =>
  (zh, en) =>
    language === 'zh' ? zh : en
