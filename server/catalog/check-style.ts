import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import type { CatalogProblem } from './catalog.ts'
import type { Layer, StyleLayer } from './layer.ts'

type Drawn = Pick<Layer, 'id' | 'fields' | 'source' | 'geometry'>

/**
 * Checks the style layers of one layer: what the house asks of them (ids, source-layer, fields that exist, no legacy
 * filters, pictures of `sprites`), then what the MapLibre style specification asks.
 */
export function checkStyle(
  layer: Drawn,
  value: unknown,
  file: string,
  sprites: ReadonlySet<string> = new Set()
): CatalogProblem[] {
  if (!Array.isArray(value) || value.length === 0)
    return [{ file, pointer: '', message: 'must be an array of at least one MapLibre style layer' }]
  const faults = value.flatMap((item, i) =>
    [...checkItem(layer, item), ...checkPictures(item, sprites)].map(([at, message]) => [`/${i}${at}`, message])
  )
  // The validator of the specification stumbles over what has no id and no type.
  const specified = value.every(isStyleLayer) ? checkSpecification(layer, value) : []
  return [...faults, ...specified].map(([pointer = '', message = '']) => ({
    file,
    pointer,
    message
  }))
}

const isStyleLayer = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function checkItem(layer: Drawn, item: unknown): [string, string][] {
  if (!isRecord(item)) return [['', 'must be an object']]
  const { id, source, 'source-layer': sourceLayer, ...rest } = item as Partial<StyleLayer> & { source?: unknown }
  const faults: [string, string][] = []
  if (typeof id !== 'string' || (id !== layer.id && !id.startsWith(`${layer.id}-`)))
    faults.push(['/id', `must be "${layer.id}" or begin with "${layer.id}-"`])
  if (typeof rest.type !== 'string') faults.push(['/type', 'must name a type of style layer'])
  if (source !== undefined) faults.push(['/source', 'is named by whoever composes the style; leave it out'])
  return [...faults, ...checkSourceLayer(layer, sourceLayer), ...checkExpressions(layer, rest, '')]
}

function checkSourceLayer(layer: Drawn, sourceLayer: unknown): [string, string][] {
  if (layer.geometry === 'Raster')
    return sourceLayer === undefined ? [] : [['/source-layer', 'a Raster has none; leave it out']]
  // The MVT layers of an archive have the names they were given where it was made.
  if (layer.source && 'archive' in layer.source && typeof sourceLayer === 'string') return []
  if (sourceLayer === layer.id || sourceLayer === `${layer.id}-label`) return []
  return [['/source-layer', `must be "${layer.id}" or "${layer.id}-label"`]]
}

/** The properties that name a picture. A name that is put together from data is not looked at. */
const PICTURES = [
  ['layout', 'icon-image'],
  ['paint', 'fill-pattern'],
  ['paint', 'line-pattern']
] as const

function checkPictures(item: unknown, sprites: ReadonlySet<string>): [string, string][] {
  return PICTURES.flatMap(([group, property]) => {
    const values = isRecord(item) ? item[group] : undefined
    const unknown = isRecord(values) ? namesIn(values[property]).filter(name => !sprites.has(name)) : []
    return unknown.map((name): [string, string] => [`/${group}/${property}`, `there is no styles/sprites/${name}.svg`])
  })
}

/** The names a property comes to: itself, or the outputs of a `match` or `step`. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  const [operator, , ...rest] = value
  if (operator === 'step') return rest.filter((_, i) => i % 2 === 0).flatMap(namesIn)
  if (operator !== 'match') return []
  return rest.filter((_, i) => i % 2 === 1 || i === rest.length - 1).flatMap(namesIn)
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>='])

/** Finds fields that the layer does not have, and filters in the old form, which compare a bare name. */
function checkExpressions(layer: Drawn, value: unknown, at: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return []
  const faults = Object.entries(value).flatMap(([key, inner]) => checkExpressions(layer, inner, `${at}/${key}`))
  if (!Array.isArray(value)) return faults
  const [operator, first, second] = value
  if ((operator === 'get' || operator === 'has') && value.length === 2 && typeof first === 'string') {
    const known = first === 'feature_id' || layer.fields.some(field => field.name === first)
    if (!known) faults.push([`${at}/1`, `the layer has no field "${first}"`])
  }
  if (COMPARISONS.has(operator) && !Array.isArray(first) && !Array.isArray(second))
    faults.push([at, `"${operator}" compares two constants; write ["get", "${first}"] for a field`])
  return faults
}

function checkSpecification(layer: Drawn, items: Record<string, unknown>[]): [string, string][] {
  const errors = validateStyleMin({
    version: 8,
    sources: {
      [layer.id]: { type: layer.geometry === 'Raster' ? 'raster' : 'vector', url: 'https://example.org/tiles.json' }
    },
    layers: items.map(item => ({ ...item, source: layer.id }))
  } as Parameters<typeof validateStyleMin>[0])
  return errors.map(({ message }) => {
    const [, path = '', text = message] = /^layers([^:\s]*): (.*)$/s.exec(message) ?? []
    return [path.replace(/[[.]/g, '/').replaceAll(']', ''), text]
  })
}
