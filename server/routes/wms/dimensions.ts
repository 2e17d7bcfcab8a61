import type { FastifyInstance } from 'fastify'
import type { CollectionMember } from '../../catalog/collection.ts'
import type { Field } from '../../catalog/layer.ts'
import { DimensionValues } from '../../features/dimension-values.ts'
import { Histories } from '../../features/history.ts'
import type { Kvp } from '../../lib/kvp.ts'
import type { ViewQuery } from '../../tiles/parse-view.ts'
import { fieldDimension } from './field-dimension.ts'
import { historyDimension } from './history-dimension.ts'
import type { Dimension } from './service.ts'

/** What a value of a dimension means for a layer. */
export interface Chosen {
  query: Pick<ViewQuery, 'filter' | 'asof'>
  /** The value that was chosen for the client, with its units; and why. */
  warning?: string
}

/** A dimension of a layer, and what its values mean. */
export interface LayerDimension {
  dimension: Dimension
  /** @throws InvalidDimensionValue */
  choose(value: string): Chosen
}

/** How OGC 06-042 annex C.4 has a client told which value was taken. */
export const warningOf = (why: 'Default' | 'Nearest', { name, units }: Dimension, value: string): string =>
  `99 ${why} value used: ${name}=${value} ${units}`

/** The dimensions of layers, by what their data and their revisions say. */
export function createDimensions(app: FastifyInstance) {
  const values = new DimensionValues(app.db)
  const histories = new Histories(app.db)

  /**
   * The dimensions of a layer: those whose fields its definition names, over the values the fields have; and time, where
   * no field stands for it and the layer was published more than once, over the instants of its revisions.
   */
  async function of({ layer, revision }: CollectionMember): Promise<LayerDimension[]> {
    const found: LayerDimension[] = []
    for (const name of ['time', 'elevation'] as const) {
      const field = layer.fields.find((known: Field) => known.name === layer.dimensions?.[name])
      if (!field) continue
      const known = await values.of(layer, revision, field)
      if (known.values.length > 0) found.push(fieldDimension(name, layer.id, field, known))
    }
    // A layer that was published once has no history, and one that is published in place keeps none.
    if (layer.dimensions?.time || layer.source || revision < 2) return found
    return [historyDimension(layer.id, await histories.of(layer.id, revision)), ...found]
  }

  /**
   * What a request's TIME and ELEVATION mean for a layer.
   * @throws InvalidDimensionValue
   */
  async function choose(member: CollectionMember, kvp: Kvp): Promise<Chosen[]> {
    return (await of(member)).map(({ dimension, choose }) => {
      const value = kvp.get(dimension.name)
      if (value) return choose(value)
      const { query } = choose(dimension.usual)
      return { query, warning: warningOf('Default', dimension, dimension.usual) }
    })
  }

  return { of, choose }
}

export type Dimensions = ReturnType<typeof createDimensions>
