import type { StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { computed, shallowReactive } from 'vue'
import { type ApiProblem, ask, asProblem } from '../api/client.ts'
import type { CodeList, LayerDetail, LayerSummary, Theme } from '../api/types.ts'

/** What is published and may be seen by whoever is signed in. */
export const catalog = shallowReactive({
  themes: [] as Theme[],
  layers: [] as LayerSummary[],
  /** The base map: the order of the layers, those shown at first, and how they are drawn. */
  base: null as StyleSpecification | null,
  loading: true,
  problem: null as ApiProblem | null
})

export const layersById = computed(() => new Map(catalog.layers.map(layer => [layer.id, layer])))

const details = new Map<string, Promise<LayerDetail>>()
const codeLists = new Map<string, Promise<CodeList>>()

export async function loadCatalog(): Promise<void> {
  try {
    const [{ themes, layers }, base] = await Promise.all([
      ask<{ themes: Theme[]; layers: LayerSummary[] }>('api/layers'),
      ask<StyleSpecification>('styles/all.json')
    ])
    Object.assign(catalog, { themes, layers, base, problem: null })
  } catch (error) {
    // What was there stays in use: a passing fault must not empty the tree.
    if (catalog.base === null) catalog.problem = asProblem(error)
  } finally {
    catalog.loading = false
  }
}

/** A layer's definition with its fields; asked for once a revision. */
export function layerDetail(id: string): Promise<LayerDetail> {
  const key = `${id} ${layersById.value.get(id)?.revision}`
  return remember(details, key, () => ask(`api/layers/${encodeURIComponent(id)}`))
}

export const codeList = (id: string): Promise<CodeList> =>
  remember(codeLists, id, () => ask(`api/codelists/${encodeURIComponent(id)}`))

/** Keeps what succeeded; what failed is asked for again next time. */
export function remember<T>(known: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? load()
  known.set(key, found)
  found.catch(() => known.delete(key))
  return found
}
