import type { Geometry } from 'geojson'
import type { Text } from './types.ts'

/** What the console reads of a land-check (the server's answer holds more; it can be downloaded whole). */

export type Verdict = 'REJECT' | 'INDETERMINATE' | 'REVIEW' | 'CONDITIONAL' | 'PASS'
export type NetClass = 'forbidden' | 'restricted' | 'buildable' | 'uncovered'
export type RuleStatus = 'HIT' | 'NO_HIT' | 'SLIVER' | 'NOT_EVALUATED' | 'NOT_APPLICABLE'

export interface NetPart {
  class: NetClass
  area: number
  share: number
  geometry: Geometry | null
}

export interface LegalBasis {
  doc: string
  article?: string
  url?: string
  note?: string
}

export interface RuleResult {
  id: string
  title: Text
  status: RuleStatus
  effect: 'prohibit' | 'restrict' | 'review' | 'allow' | 'inform'
  mandatory: boolean
  layer: string
  measure: { area: number; share: number; marginM: number | null } | null
  features: { layer: string; featureId: string; overlapArea: number; share: number }[]
  legalBasis: LegalBasis[]
  messageZh: string
  messageEn: string
}

export interface Suggestion {
  kind: 'largest-buildable' | 'trim' | 'shift' | 'scale-to-cap'
  verdict: Verdict
  area: number
  geometry: Geometry
  message: Text
}

export interface LandCheck {
  id: string
  createdAt: string
  verdict: Verdict
  completeness: { evaluated: number; total: number }
  reasons: { code: string; severity: Verdict; rule: string | null; message: Text }[]
  marginM: number | null
  boundarySensitive: boolean
  boundarySensitivity: { toleranceM: number }
  parcel: {
    crsWorking: string
    geometry: Geometry
    areaPlanar: number
    areaEllipsoid: number
    perimeterM: number
    normalization: { code: string; message: Text }[]
  }
  net: NetPart[]
  netCheck: { area: number; complete: boolean }
  rules: RuleResult[]
  suggestions: Suggestion[]
  slivers: { rule: string | null; kind: 'overlap' | 'gap'; area: number; widthM: number }[]
  provenance: {
    ruleset: { id: string; version: string; hash: string }
    layers: { id: string; revision: number; contentHash: string }[]
    engine: { service: string; postgis: string; geos: string }
    inputHash: string
    resultHash: string
  }
}

export interface RulesetSummary {
  id: string
  title: Text
  version: string
  validFrom: string
}

export type LandCheckRequest = (
  | { geojson: unknown }
  | { wkt: string; crs: string }
  | { txt: string; plot?: string }
) & { ruleset?: string }

/** One plot of an input, as the server understands it before anything is checked. */
export interface ParsedPlot {
  place: number
  no: string
  name: string
  parcel: { geometry: Geometry; areaPlanar: number; normalization: { code: string; message: Text }[] } | null
  /** A problem document: why the plot cannot be taken. */
  problem: Record<string, unknown> | null
}
