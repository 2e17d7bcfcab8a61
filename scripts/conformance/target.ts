import type { FeatureCollection } from 'geojson'

/** What the kit needs of a server; write one of these to test another server with the same cases. */
export interface Target {
  /** Makes a layer of the ground known, replacing what it held. */
  publish(layer: string, collection: FeatureCollection): Promise<void>
  /**
   * Asks about one parcel. The question is a request of this project's `POST /api/land-checks` without `ruleset`:
   * `wkt` and `crs`, `geojson`, `vertices` and `crs`, or `txt`, and beside it `applicationType`, `ruleset`.
   */
  check(question: Record<string, unknown>): Promise<Answered>
}

/** What is compared of an answer. What a server does not have it leaves out, and every case that needs it fails. */
export interface Answered {
  /** HTTP status. */
  status: number
  /** Of a refusal. */
  code?: string
  verdict?: string
  /** Forbidden, restricted, buildable, uncovered: m² as exact as there is, and shares of the parcel. */
  net?: number[]
  shares?: number[]
  parts?: number[][]
  /** Status by rule. */
  rules?: Record<string, string>
  /** Areas of what was set apart as a sliver, m², the largest first. */
  slivers?: number[]
  marginM?: number | null
  boundarySensitive?: boolean
  areaPlanar?: number
  areaEllipsoid?: number
  /** The same for every form of one parcel. */
  inputHash?: string
  resultHash?: string
}

/** A module named by `--adapter` exports this as `target`. */
export type MakeTarget = (base: string, key: string, ruleset: string) => Target
