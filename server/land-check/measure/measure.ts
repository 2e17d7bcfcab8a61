/** What the database measures of parcels against the features of layers: shapes and numbers, no judgement. */

/** The parcel itself, and the parcel with its boundary moved in and out by the accuracy. */
export const VARIANTS = ['base', 'eroded', 'dilated'] as const
export type Variant = (typeof VARIANTS)[number]

/** Hex EWKB in the working CRS, by variant; a variant with nothing left is absent. */
export type Shapes = Partial<Record<Variant, string>> & { base: string }

/** Whose a point is, in this order: forbidden > restricted > buildable > uncovered. */
export const CLASSES = ['forbidden', 'restricted', 'buildable', 'uncovered'] as const
export type LandClass = (typeof CLASSES)[number]

/** A connected piece of what a rule's features cover of a variant. */
export interface Part {
  area: number
  perimeter: number
  /** No point of it is farther than half the width from its edge. */
  thin: boolean
  /** Longitude latitude; for thin pieces of the base only: only a sliver is shown by itself. */
  geometry: object | null
}

/** A feature that shares ground with the parcel. */
export interface Overlap {
  featureId: string
  /** Since which revision of the layer the feature is as it is. */
  since: number
  attributes: Record<string, unknown>
  area: number
  geometry: object
}

/** A feature within the search distance of a setback rule; metres, 0 when touching. */
export interface Near {
  featureId: string
  since: number
  attributes: Record<string, unknown>
  distanceM: number
  /** The value of the rule's distance field, and metres from the stored line to the legal one. */
  code: string | null
  offsetM: number | null
}

/** An existing parcel that shares ground with a variant; for tenure rules only. */
export interface Held {
  attributes: Record<string, unknown>
  area: number
  thin: boolean
}

export interface RuleMeasure {
  /** Features near the parcel whose stored polygon is invalid. */
  invalid: string[]
  features: Overlap[]
  /** For distance rules only. */
  near: Near[]
  held: Partial<Record<Variant, Held[]>>
  /** Features whose interior meets the variant's, and the connected pieces of their union. */
  variants: Partial<Record<Variant, { overlaps: number; parts: Part[] }>>
  /** From the parcel to the nearest feature, metres, 0 when touching; null: none within the search distance. */
  distanceM: number | null
  /** How far the overlap reaches into the parcel from what is clear of it, metres; null when all of it is overlapped. */
  depthM: number | null
}

/** What a rule measured that found nothing near. */
export const NOTHING_NEAR: RuleMeasure = {
  ...{ invalid: [], features: [], near: [], held: {}, variants: {} },
  ...{ distanceM: null, depthM: null }
}

export interface ClassMeasure {
  area: number
  /** Longitude latitude; null where the class is empty. */
  geometry: object | null
  /** In the working CRS, metres with 4 decimals. */
  working: { type: string; coordinates: unknown } | null
}

export interface Partition {
  classes: Record<LandClass, ClassMeasure>
  /** The area of each class in each part of the parcel; null for a parcel of one part. */
  parts: { area: number; classes: Record<LandClass, number> }[] | null
  /** The connected pieces of what no rule covers. */
  uncovered: Partial<Record<Variant, Part[]>>
}

/** One parcel against all layer rules that were asked. */
export interface ParcelMeasure extends Partition {
  /** By the rule's place in the rule set, what was found; a rule that found nothing near is absent. */
  rules: Record<string, Partial<RuleMeasure>>
  /** m² of the parcel outside each group of surveyed areas, by the group's place; a group with none near is absent. */
  unsurveyed: Record<string, number>
  /** m² of the parcel and of its variants. */
  areas: Partial<Record<Variant, number>>
}
