import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { type Collection, shownAtFirst } from '../../catalog/collection.ts'
import type { Layer } from '../../catalog/layer.ts'
import { findStyle } from '../../catalog/named-styles.ts'
import type { Service } from '../../catalog/service.ts'
import { type Kvp, listOf } from '../../lib/kvp.ts'
import type { Shown } from '../picture-ask.ts'
import { missing, noLayer, noService, noStyle, overfull, unevenStyles } from './problems.ts'

/** Layers a request may name. */
export const MAX_LAYERS = 50

/** The style of a map, and in a map's own service of each of its layers: as the map shows them. */
export const MAP_STYLE = 'map'

/** A layer or map that a request names, as who asks may see it. */
export interface AskedLayer {
  name: string
  kind: 'layer' | 'map'
  shown: Shown
}

/** The layer or map whose own service was asked; undefined: the service of all. */
export const onlyOf = ({ params }: FastifyRequest): string | undefined => (params as { id?: string }).id

/**
 * The service that was asked, of one layer or map; undefined: that of all.
 * @throws WMS_SERVICE_UNKNOWN for one that there is not or that is hidden
 */
export function ownService(app: FastifyInstance, request: FastifyRequest): Service | undefined {
  const id = onlyOf(request)
  if (id === undefined) return undefined
  const service = app.services.find(`${id}.wms`, reads(request))
  if (!service) throw noService({ id: id.slice(0, 60) })
  return service
}

/**
 * Finds what the values of LAYERS and STYLES (or QUERY_LAYERS, LAYER, STYLE) name, from bottom to top.
 * @throws LayerNotDefined also for what is hidden, StyleNotDefined, and reports without a code
 */
export function findLayers(app: FastifyInstance, request: FastifyRequest, kvp: Kvp): AskedLayer[] {
  const names = listOf(kvp.get('layers') ?? '')
  if (names.length === 1 && names[0] === '') throw missing('LAYERS')
  if (names.length > MAX_LAYERS) throw overfull(names.length, MAX_LAYERS)
  const styles = listOf(kvp.get('styles') ?? '')
  const isDefault = styles.every(style => style === '')
  if (!isDefault && styles.length !== names.length) throw unevenStyles(names.length, styles.length)
  return names.map((name, i) => findLayer(app, request, name, isDefault ? '' : (styles[i] ?? '')))
}

/**
 * One layer or map of the service that was asked, in one of its styles; no style: the default.
 * @throws WMS_SERVICE_UNKNOWN, LayerNotDefined, StyleNotDefined
 */
export function findLayer(app: FastifyInstance, request: FastifyRequest, name: string, style: string): AskedLayer {
  const only = ownService(app, request)
  const found = app.services.find(`${name}.wms`, reads(request))
  const isOffered = !only || name === only.subject.id || only.facts.layers.some(({ id }) => id === name)
  if (!found || !isOffered) throw noLayer(name)
  const { kind } = found.subject
  const collection = shownAtFirst(app.collection(request, name))
  if (kind === 'map') {
    if (style !== '' && style !== 'default' && style !== MAP_STYLE) throw noStyle(name, style)
    return { name, kind, shown: { collection } }
  }
  const named = findStyle(collection.members[0]!.layer, style)
  if (named) return { name, kind, shown: { collection, ...(style && { style: named.id }) } }
  if (style !== MAP_STYLE || only?.subject.kind !== 'map') throw noStyle(name, style)
  return { name, kind, shown: { collection: asInMap(app.collection(request, only.subject.id), name) } }
}

const reads = (request: FastifyRequest) => (layer: Layer) => mayRead(request.principal, layer)

/** One layer of a map as the map shows it: the same record as long as the map's is. */
function asInMap(map: Collection, id: string): Collection {
  const known = single.get(map) ?? new Map<string, Collection>()
  single.set(map, known)
  const found = known.get(id) ?? { ...map, id, members: map.members.filter(({ layer }) => layer.id === id), hidden: [] }
  known.set(id, found)
  return found
}

const single = new WeakMap<Collection, Map<string, Collection>>()
