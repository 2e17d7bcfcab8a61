import type { Plan } from './plan.ts'
import type { Shape } from './shape.ts'

/** A feature before it is stored: geometry in EPSG:4547 metres, values by field name. */
export interface Feature {
  shape: Shape
  values: Record<string, string | number | boolean | null>
}

/** Makes a layer's features one by one, in an order that never changes. */
export type Generator = (plan: Plan) => Iterable<Feature>
