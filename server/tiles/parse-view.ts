import { createHash } from 'node:crypto'
import type { Catalog } from '../catalog/catalog.ts'
import { checkFilter, filterFields } from '../catalog/check-filter.ts'
import { DIVISION_FIELD, type Division, divisionNotFound, PREFIX_LENGTH } from '../catalog/divisions.ts'
import { type Filter, filterKey } from '../catalog/filter.ts'
import { archiveOf, type Layer } from '../catalog/layer.ts'
import { parseFilter } from '../catalog/parse-filter.ts'
import { findAsOf } from './as-of.ts'
import type { PastRevisions } from './past-revisions.ts'
import { type LayerView, WHOLE_LAYER } from './view.ts'
import { fieldsApart, fieldUnknown, storedAsIs, withoutDivision } from './view-problems.ts'

/** The parameters of a tile's address that choose what of its layers it shows. */
export interface ViewQuery {
  /** Field names joined by commas. */
  fields?: string | undefined
  /** A condition in CQL2 text. */
  filter?: string | undefined
  /** The 12-digit code of a division. */
  division?: string | undefined
  /** A revision, a date or an instant. */
  asof?: string | undefined
}

export const VIEW_PARAMETERS = ['fields', 'filter', 'division', 'asof'] as const

/** What parsing a view has to look up. */
export interface ViewContext {
  catalog: Catalog
  past: PastRevisions
  divisions(): Promise<readonly Division[]>
}

/** Whether anything is asked for beside the whole layers. */
export const asksForView = (query: ViewQuery): boolean => VIEW_PARAMETERS.some(name => query[name] !== undefined)

/** The view's own parameters as a query string without `?`, as they were written; `''`: none. */
export function viewQuery(query: ViewQuery): string {
  const asked = new URLSearchParams()
  for (const name of VIEW_PARAMETERS) {
    const value = query[name]
    if (value !== undefined) asked.set(name, value)
  }
  return asked.toString()
}

/**
 * What each layer shows of itself. Of several layers in one tile each takes what it can: the fields it has, the filter
 * where it has all of its fields, the division where it has `division_code`; the others, and layers whose tiles come
 * from an archive, show all their features. What no layer can take is refused, and so is `asof` where one of them keeps
 * no history.
 * @returns one view a layer, in their order
 * @throws VIEW_FIELD_UNKNOWN, VIEW_FIELDS_APART, VIEW_WITHOUT_DIVISION, VIEW_WITHOUT_HISTORY, VIEW_AS_OF_REFUSED,
 *   VIEW_OF_ARCHIVE, FILTER_MALFORMED, FILTER_TOO_LARGE, FILTER_UNSUITED, DIVISION_NOT_FOUND
 */
export async function parseView(
  query: ViewQuery,
  layers: readonly Layer[],
  context: ViewContext
): Promise<LayerView[]> {
  if (!asksForView(query)) return layers.map(() => WHOLE_LAYER)
  const { fields, filter, division, asof } = query
  const open = layers.filter(layer => archiveOf(layer) === undefined)
  if (open.length === 0) throw storedAsIs({ id: layers.map(({ id }) => id).join() })
  const pick = fields === undefined ? null : pickFields(fields, open)
  const condition = filter === undefined ? null : findFilter(filter, open)
  const prefix = division === undefined ? null : await findPrefix(division, open, context)
  const revisions = asof === undefined ? null : await findAsOf(asof, layers, context)
  return layers.map((layer, i) => {
    if (!open.includes(layer)) return WHOLE_LAYER
    const view = {
      fields: pick?.(layer) ?? null,
      filter: condition?.(layer) ?? null,
      divisionPrefix: hasField(layer, DIVISION_FIELD) ? prefix : null,
      asOfRevision: revisions?.[i] ?? null
    }
    const key = keyOf(view)
    return key === '' ? WHOLE_LAYER : { ...view, key }
  })
}

/** A layer's fields of those asked for; `feature_id` is one of every layer, and always there. */
function pickFields(text: string, layers: readonly Layer[]): (layer: Layer) => string[] | null {
  const asked = new Set(text.split(',').map(name => name.trim()))
  asked.delete(FEATURE_ID)
  for (const field of asked) {
    if (!layers.some(layer => hasField(layer, field))) throw unknownField('fields', field, layers)
  }
  return layer => {
    const own = layer.fields.map(({ name }) => name).filter(name => asked.has(name))
    return own.length === layer.fields.length ? null : own
  }
}

const FEATURE_ID = 'feature_id'

function findFilter(text: string, layers: readonly Layer[]): (layer: Layer) => Filter | null {
  const parsed = parseFilter(text)
  const names = [...new Set(filterFields(parsed.tree).map(({ name }) => name))]
  for (const name of names) {
    if (!layers.some(layer => hasField(layer, name))) throw unknownField('filter', name, layers)
  }
  const takes = (layer: Layer) => names.every(name => hasField(layer, name))
  if (!layers.some(takes)) throw fieldsApart({ fields: names.join(', ') })
  return layer => (takes(layer) ? checkFilter(parsed, layer) : null)
}

async function findPrefix(code: string, layers: readonly Layer[], { divisions }: ViewContext): Promise<string> {
  if (!layers.some(layer => hasField(layer, DIVISION_FIELD)))
    throw withoutDivision({ id: layers.map(({ id }) => id).join() })
  const division = (await divisions()).find(known => known.code === code)
  if (!division) throw divisionNotFound({ code })
  return code.slice(0, PREFIX_LENGTH[division.level])
}

const hasField = ({ fields }: Layer, wanted: string): boolean => fields.some(({ name }) => name === wanted)

function unknownField(parameter: string, field: string, layers: readonly Layer[]) {
  const fields = [...new Set(layers.flatMap(layer => layer.fields.map(({ name }) => name)))]
  return fieldUnknown({ parameter, field, fields: fields.join(', ') }, { members: { parameter, field, fields } })
}

/** The view in one text that fits a key: as it is where it is short and plain, else its hash. */
function keyOf({ fields, filter, divisionPrefix, asOfRevision }: Omit<LayerView, 'key'>): string {
  const text = [
    ...(fields ? [`fields=${fields}`] : []),
    ...(filter ? [`filter=${filterKey(filter)}`] : []),
    ...(divisionPrefix !== null ? [`division=${divisionPrefix}`] : []),
    ...(asOfRevision !== null ? [`asof=${asOfRevision}`] : [])
  ].join(';')
  return /^[\w=;,]{0,60}$/.test(text) ? text : createHash('sha256').update(text).digest('hex').slice(0, 24)
}
