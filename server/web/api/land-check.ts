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
  geometry?: Geometry | null
}

export interface RuleResult {
  id: string
  title: Text
  status: RuleStatus
  effect: string
  reason?: string
  measure?: { area?: number; share?: number; distance?: number }
  features?: { layer: string; featureId: string; area: number; share: number }[]
  legalBasis?: { doc: string | Text; article?: string; url?: string }[]
  message: Text
}

export interface LandCheck {
  id: string
  verdict: Verdict
  completeness: { evaluated: number; total: number }
  reasons: { rule?: string; code?: string; message: Text }[]
  parcel: { crs: string; crsWorking: string; geometry: Geometry; areaPlanar: number; areaEllipsoid: number }
  net: NetPart[]
  rules: RuleResult[]
  provenance: {
    ruleset: { id?: string; version: string; hash: string }
    layers: { id: string; revision: number; contentHash: string }[]
    engine?: Record<string, unknown>
    inputHash: string
    resultHash: string
  }
  createdAt?: string
}

export type LandCheckRequest = { geojson: unknown } | { wkt: string; crs: string }
