import type { Collection } from '../../catalog/collection.ts'
import type { Language } from '../../lib/errors.ts'
import type { LegendDrawing } from './draw-legend.ts'

/** Whose legend is asked for: of a layer, of a map, or of several of both. */
export interface LegendAsk {
  /** From bottom to top. `style`: the id of a named style; default: the layer's own. */
  shown: readonly { collection: Collection; style?: string }[]
  language: Language
  /** As MapLibre counts zooms: only what is drawn there; default: what is drawn from close by. */
  zoom?: number
}

export interface LegendPicture extends LegendAsk, Omit<LegendDrawing, 'sheet'> {}
