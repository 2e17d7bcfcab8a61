import type { Text } from '../lib/errors.ts'
import { comparePinyin, pinyinInitials } from '../lib/pinyin.ts'
import type { Catalog } from './catalog.ts'
import { reasonsById } from './degraded.ts'
import type { Layer, LayerState } from './layer.ts'
import type { Department } from './shared.ts'

type Bounds = NonNullable<LayerState['bounds']>

/** What is true of a layer, or of the layers of a map together, whatever protocol it is served by. */
export interface Facts {
  theme: string | null
  themes: string[]
  department: Department | null
  departments: Department[]
  /** Of a map the strictest of its layers. */
  sharing: Layer['sharing']
  /** Of a map null where its layers differ. */
  divisionLevel: Layer['divisionLevel'] | null
  systems: string[]
  /** Of a map the sum of its layers', which grows with each publication. */
  revision: number
  updated: string | null
  /** west, south, east, north in degrees */
  bounds: Bounds | null
  featureCount: number
  /** Demonstration data is, or may be, among it. */
  synthetic: boolean
  layers: readonly Layer[]
}

/** A layer or a map that is published, with all that is found by. */
export interface Subject {
  id: string
  kind: 'layer' | 'map'
  title: Text
  description: Text | null
  degraded: string[]
  facts: Facts
  /** Lower case; a search looks for a part of it. */
  words: string
  /** Pinyin initials of the title. */
  initials: readonly string[]
}

/**
 * The layers and maps that are published, layers by theme and id, then maps. What was never published, and what has
 * lost its table or archive, is not among them.
 */
export function listSubjects(catalog: Catalog): Subject[] {
  const themeOrder = new Map(catalog.themes.map(({ id }, i) => [id, i]))
  const layers = catalog.layers().toSorted((a, b) => {
    const byTheme = (themeOrder.get(a.theme) ?? Infinity) - (themeOrder.get(b.theme) ?? Infinity)
    return byTheme || (a.id < b.id ? -1 : 1)
  })
  const readable = new Set(layers.filter(layer => isReadable(catalog, layer)).map(({ id }) => id))
  const of = (ids: readonly string[]) => ids.flatMap(id => (readable.has(id) ? (catalog.find(id) ?? []) : []))
  const reasons = reasonsById(catalog)
  const published = (kind: Subject['kind'], titled: Titled, ids: readonly string[]) => {
    const members = of(ids)
    return members.length > 0 ? [remembered(catalog, kind, titled, members, reasons.get(titled.id))] : []
  }
  return [
    ...layers.flatMap(layer => published('layer', layer, [layer.id])),
    ...[...catalog.maps.values()].flatMap(map => published('map', map, map.layers))
  ]
}

const isReadable = (catalog: Catalog, { id }: Layer) => catalog.state(id).revision > 0 && !catalog.isTableMissing(id)

/** A publication changes one layer of thousands: what is known of the others holds. */
const known = new WeakMap<Titled, { at: string; subject: Subject }>()

function remembered(
  catalog: Catalog,
  kind: Subject['kind'],
  titled: Titled,
  layers: Layer[],
  degraded: string[] = []
): Subject {
  const at = JSON.stringify([
    layers.map(({ id }) => [id, catalog.state(id).revision, catalog.state(id).updatedAt]),
    degraded
  ])
  const found = known.get(titled)
  if (found?.at === at) return found.subject
  const made = subject(catalog, kind, titled, layers, degraded)
  known.set(titled, { at, subject: made })
  return made
}

type Titled = { id: string; title: Text; description?: Text | undefined }

function subject(
  catalog: Catalog,
  kind: Subject['kind'],
  { id, title, description }: Titled,
  layers: Layer[],
  degraded: string[]
): Subject {
  const facts = factsOf(catalog, layers)
  const themes = catalog.themes.filter(theme => facts.themes.includes(theme.id))
  const texts = [title, ...facts.departments.map(department => department.title), ...themes.map(theme => theme.title)]
  const words = [id, ...texts.flatMap(text => [text.zh, text.en])].join('\n').toLowerCase()
  return {
    id,
    kind,
    title,
    description: description ?? null,
    degraded,
    facts,
    words,
    initials: pinyinInitials(title.zh)
  }
}

const COMPARE = { zh: comparePinyin, en: new Intl.Collator('en').compare }

/** The place of each among all by title, by id. */
export function rankByTitle(subjects: readonly Subject[], language: keyof Text): ReadonlyMap<string, number> {
  const compare = COMPARE[language]
  const ordered = subjects.toSorted((a, b) => compare(a.title[language], b.title[language]))
  return new Map(ordered.map(({ id }, i) => [id, i]))
}

const STRICTNESS: readonly Layer['sharing'][] = ['open', 'conditional', 'restricted']

/** What is true of some layers together; of a map those that somebody may see. */
export function factsOf(catalog: Catalog, layers: readonly Layer[]): Facts {
  const states = layers.map(({ id }) => catalog.state(id))
  const themes = [...new Set(layers.map(({ theme }) => theme))]
  const levels = new Set(layers.map(({ divisionLevel }) => divisionLevel))
  const departments = [...new Set(layers.map(({ department }) => department))].map(departmentOf(catalog))
  return {
    theme: only(themes),
    themes,
    department: only(departments),
    departments,
    sharing: STRICTNESS.findLast(sharing => layers.some(layer => layer.sharing === sharing)) ?? 'open',
    divisionLevel: only([...levels]),
    systems: [...new Set(layers.flatMap(({ systems }) => systems))],
    revision: sum(states.map(({ revision }) => revision)),
    updated: states.reduce<string | null>(
      (last, { updatedAt }) => (updatedAt && (!last || updatedAt > last) ? updatedAt : last),
      null
    ),
    bounds: around(states.flatMap(({ bounds }) => (bounds ? [bounds] : []))),
    featureCount: sum(states.map(({ featureCount }) => featureCount)),
    synthetic: states.some(({ synthetic }) => synthetic),
    layers
  }
}

const departmentOf = (catalog: Catalog) => (id: string) =>
  catalog.departments.get(id) ?? { id, title: { zh: id, en: id } }

const only = <T>(values: readonly T[]): T | null => (values.length === 1 ? (values[0] ?? null) : null)

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0)

const around = (boxes: readonly Bounds[]): Bounds | null =>
  boxes.reduce<Bounds | null>(
    (all, box) =>
      all
        ? [Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3])]
        : box,
    null
  )
