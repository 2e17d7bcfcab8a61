import type { LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import { layersById } from '../state/catalog.ts'
import { type LayerStyle, layerStyle } from './styles.ts'

/** The lowest layer of what the console itself draws (highlight, parcel); catalogue layers stay below it. */
export const OVERLAY_FLOOR = 'console-floor'

const RANKS: [pattern: RegExp, rank: number][] = [
  [/Raster/, 0],
  [/Polygon/, 1],
  [/LineString/, 2],
  [/Point/, 3]
]

/**
 * The catalogue layers on the map, in the base map's order; what is not in the base map lies above it, areas below
 * lines below points. Text lies above everything else, so that no area covers a name.
 */
export class LayerStack {
  readonly #map: MapLibre
  readonly #order = new Map<string, number>()
  /** What is on the map: style layers by layer id, with the revision drawn. */
  readonly #drawn = new Map<string, { revision: number; layers: LayerSpecification[] }>()
  #wanted = new Set<string>()
  readonly #onFailure: (id: string, error: unknown) => void

  constructor(map: MapLibre, onFailure: (id: string, error: unknown) => void) {
    this.#map = map
    this.#onFailure = onFailure
  }

  setOrder(ids: string[]): void {
    this.#order.clear()
    ids.forEach((id, index) => {
      this.#order.set(id, index)
    })
  }

  /** Brings the map to show these layers, at their present revision, and no others. */
  async show(ids: Iterable<string>): Promise<void> {
    this.#wanted = new Set(ids)
    for (const [id, { revision }] of this.#drawn) {
      if (!this.#wanted.has(id) || revisionOf(id) !== revision) this.#remove(id)
    }
    const missing = [...this.#wanted].filter(id => !this.#drawn.has(id))
    await Promise.all(
      missing.map(async id => {
        try {
          const style = await layerStyle(id)
          if (this.#wanted.has(id) && !this.#drawn.has(id)) this.#add(id, style)
        } catch (error) {
          this.#onFailure(id, error)
        }
      })
    )
  }

  /** The ids of the style layers on the map. */
  styleLayers(): string[] {
    return [...this.#drawn.values()].flatMap(({ layers }) => layers.map(layer => layer.id))
  }

  #add(id: string, style: LayerStyle): void {
    this.#drawn.set(id, { revision: revisionOf(id), layers: style.layers })
    this.#map.addSource(id, style.source)
    for (const layer of style.layers) {
      const rank = this.#rank(id, layer)
      this.#map.addLayer(layer, this.#firstAbove(rank))
      this.#ranks.set(layer.id, rank)
    }
  }

  #remove(id: string): void {
    for (const layer of this.#drawn.get(id)?.layers ?? []) {
      if (this.#map.getLayer(layer.id)) this.#map.removeLayer(layer.id)
      this.#ranks.delete(layer.id)
    }
    if (this.#map.getSource(id)) this.#map.removeSource(id)
    this.#drawn.delete(id)
  }

  readonly #ranks = new Map<string, number>()

  #rank(id: string, layer: LayerSpecification): number {
    const geometry = layersById.value.get(id)?.geometry ?? ''
    const kind = RANKS.find(([pattern]) => pattern.test(geometry))?.[1] ?? 0
    const place = this.#order.get(id) ?? this.#order.size + kind
    return (layer.type === 'symbol' ? 1e6 : 0) + place
  }

  #firstAbove(rank: number): string {
    const above = this.#map.getLayersOrder().find(id => (this.#ranks.get(id) ?? -1) > rank)
    return above ?? OVERLAY_FLOOR
  }
}

const revisionOf = (id: string) => layersById.value.get(id)?.revision ?? 0
