import type { Text } from '../lib/errors.ts'
import { type Catalog, layerNotFound } from './catalog.ts'
import type { Changes } from './changes.ts'
import type { Layer, LayerState } from './layer.ts'

/** A layer as it stands. */
export interface CollectionMember extends LayerState {
  layer: Layer
  changes: Changes
}

/** What an id in a tile or style address stands for: a layer, a map, or layers joined by commas. */
export interface Collection {
  id: string
  title: Text
  description?: Text | undefined
  /** A map's colour behind everything. */
  background?: string
  /** How a map changes the layers' colours. */
  tone?: 'grey' | undefined
  /** Layers that are switched off at first. */
  hidden?: readonly string[] | undefined
  /** From bottom to top. */
  members: CollectionMember[]
  /** The version of the catalogue that says so. */
  catalogVersion: number
}

/**
 * Finds what an id stands for, as somebody may see it: of a map those layers, each layer of a list.
 * @throws LAYER_NOT_FOUND for what is missing or hidden, and for a map of which nothing may be seen
 */
export function findCollection(catalog: Catalog, id: string, mayRead: (layer: Layer) => boolean): Collection {
  const member = (layer: Layer): CollectionMember => ({
    layer,
    ...catalog.state(layer.id),
    changes: catalog.changes(layer.id)
  })
  const { version: catalogVersion } = catalog
  const map = catalog.maps.get(id)
  if (map) {
    const layers = map.layers.flatMap(layerId => catalog.find(layerId) ?? [])
    const members = layers.filter(layer => isDrawable(layer) && mayRead(layer)).map(member)
    if (members.length === 0) throw layerNotFound({ id })
    return { ...map, members, catalogVersion }
  }
  const members = [...new Set(id.split(','))].map(layerId => {
    const layer = catalog.find(layerId)
    if (!layer || !mayRead(layer)) throw layerNotFound({ id: layerId })
    return member(layer)
  })
  const layers = members.map(({ layer }) => layer)
  const [only] = layers
  if (layers.length === 1 && only) {
    return { id: only.id, title: only.title, description: only.description, members, catalogVersion }
  }
  const title = { zh: layers.map(l => l.title.zh).join('、'), en: layers.map(l => l.title.en).join(', ') }
  return { id: layers.map(l => l.id).join(), title, members, catalogVersion }
}

/** A raster layer without its archive has nothing to show. */
const isDrawable = ({ geometry, stored }: Layer): boolean => geometry !== 'Raster' || stored !== undefined

/**
 * What a map has when it opens: without the layers that are switched off at first. One tile or picture of it is made
 * of these; to have one of the others, ask for it by its own id.
 */
export function shownAtFirst(collection: Collection): Collection {
  const known = shown.get(collection)
  if (known) return known
  const hidden = new Set(collection.hidden)
  const members = collection.members.filter(({ layer }) => !hidden.has(layer.id))
  const first = hidden.size > 0 && members.length > 0 ? { ...collection, members } : collection
  shown.set(collection, first)
  return first
}

const shown = new WeakMap<Collection, Collection>()
