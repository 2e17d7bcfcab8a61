import { defineProblem, notFound } from '../lib/errors.ts'
import { allChanged, type Changes } from './changes.ts'
import { type Layer, type LayerState, type StoredTiles, storedRevision } from './layer.ts'
import type { Sprite } from './load-sprites.ts'
import type { NamedStyle } from './named-styles.ts'
import type { CodeList, Department, District, MapDefinition, Theme } from './shared.ts'

export const layerNotFound = defineProblem(
  'LAYER_NOT_FOUND',
  404,
  { zh: '没有这个图层', en: 'No such layer' },
  {
    zh: '没有名为 {id} 的图层。/api/layers 列出可用图层。',
    en: 'There is no layer named {id}. /api/layers lists those there are.'
  }
)

/** A layer file, style or code list that could not be used, and why; the rest of the server goes on without it. */
export interface CatalogProblem {
  file: string
  pointer: string
  message: string
}

export interface CatalogContent {
  district: District
  layers: Layer[]
  themes: Theme[]
  departments: Department[]
  codeLists: CodeList[]
  maps: MapDefinition[]
  sprites: Sprite[]
  problems: CatalogProblem[]
}

/** What the database says: layers made by upload, what each layer stands at, and what is wrong. */
export interface CatalogUpdate {
  uploaded: Layer[]
  states: ReadonlyMap<string, LayerState>
  /** What the latest revisions changed, by layer id. */
  changes: ReadonlyMap<string, Changes>
  /** All styles of the layers that were given some over HTTP, the default first, by layer id. */
  styles: ReadonlyMap<string, readonly NamedStyle[]>
  problems: readonly CatalogProblem[]
  /** Published layers whose table is gone. */
  tablesMissing: readonly string[]
}

const UNPUBLISHED: LayerState = { revision: 0, featureCount: 0, bounds: null, contentHash: '', updatedAt: null }

/** Everything that is published, by id. What is read from files is fixed; uploaded layers and states come and go. */
export class Catalog {
  readonly district: District
  readonly themes: readonly Theme[]
  readonly departments: ReadonlyMap<string, Department>
  readonly codeLists: ReadonlyMap<string, CodeList>
  readonly maps: ReadonlyMap<string, MapDefinition>
  /** The icons and patterns that styles may name. */
  readonly sprites: readonly Sprite[]
  readonly #fileProblems: readonly CatalogProblem[]
  readonly #fileLayers: ReadonlyMap<string, Layer>
  #uploadProblems: readonly CatalogProblem[] = []
  #uploaded: ReadonlyMap<string, Layer> = new Map()
  #states: ReadonlyMap<string, LayerState> = new Map()
  #changes: ReadonlyMap<string, Changes> = new Map()
  #styles: ReadonlyMap<string, readonly NamedStyle[]> = new Map()
  /** Layers as they are drawn now, by what they came as. */
  readonly #drawn = new WeakMap<Layer, Layer>()
  /** File layers whose tiles are stored in an archive, with what that says of itself. */
  #archived: ReadonlyMap<string, Layer> = new Map()
  #sourceProblems: ReadonlyMap<string, CatalogProblem> = new Map()
  #tablesMissing: ReadonlySet<string> = new Set()
  #version = 0

  constructor(content: CatalogContent) {
    const byId = <T extends { id: string }>(items: T[]) => new Map(items.map(item => [item.id, item]))
    this.district = content.district
    this.themes = content.themes
    this.departments = byId(content.departments)
    this.codeLists = byId(content.codeLists)
    this.maps = byId(content.maps)
    this.sprites = content.sprites
    this.#fileProblems = content.problems
    this.#fileLayers = byId(content.layers)
  }

  /** Takes over what the database says. */
  update({ uploaded, states, changes, styles, problems, tablesMissing }: CatalogUpdate): void {
    this.#uploaded = new Map(uploaded.map(layer => [layer.id, layer]))
    this.#states = states
    this.#changes = changes
    this.#styles = styles
    this.#uploadProblems = problems
    this.#tablesMissing = new Set(tablesMissing)
    this.#version++
  }

  /** Says what is wrong with a table that is published in place; null: nothing any more. */
  noteSource(id: string, message: string | null): void {
    if (this.#sourceProblems.get(id)?.message === (message ?? undefined)) return
    const others = [...this.#sourceProblems].filter(([other]) => other !== id)
    const problem = { file: `yitu.layer/${id}`, pointer: '/source', message: message ?? '' }
    this.#sourceProblems = new Map(message === null ? others : [...others, [id, problem]])
    this.#version++
  }

  /** Takes over what the archive of a layer's tiles says of itself: its zooms are the layer's. */
  noteArchive(id: string, stored: StoredTiles): void {
    const layer = this.#fileLayers.get(id)
    if (!layer || this.#archived.get(id)?.stored?.identity === stored.identity) return
    this.#archived = new Map([...this.#archived, [id, { ...layer, zoom: stored.zoom, stored }]])
    this.#version++
  }

  /** Grows with every `update`: what was derived from the catalogue holds as long as this stays. */
  get version(): number {
    return this.#version
  }

  /** All that could not be used, of the files and of what was uploaded. */
  get problems(): readonly CatalogProblem[] {
    return [...this.#fileProblems, ...this.#uploadProblems, ...this.#sourceProblems.values()]
  }

  layers(): Layer[] {
    const files = [...this.#fileLayers.values()].map(layer => this.#archived.get(layer.id) ?? layer)
    return [...files, ...this.#uploaded.values()].map(layer => this.#withStyles(layer))
  }

  find(id: string): Layer | undefined {
    const layer = this.#archived.get(id) ?? this.#fileLayers.get(id) ?? this.#uploaded.get(id)
    return layer && this.#withStyles(layer)
  }

  /** All styles of a layer that was given some over HTTP. */
  styles(id: string): readonly NamedStyle[] | undefined {
    return this.#styles.get(id)
  }

  /** The layer drawn in its default style: the same record as long as its styles stay. */
  #withStyles(layer: Layer): Layer {
    const styles = this.#styles.get(layer.id)
    if (!styles) return layer
    const known = this.#drawn.get(layer)
    if (known?.styles === styles) return known
    const drawn = { ...layer, style: styles[0]?.style ?? layer.style, styles }
    this.#drawn.set(layer, drawn)
    return drawn
  }

  /** The layers of layers/ as they came, whatever style they are drawn in. */
  fileLayers(): Layer[] {
    return [...this.#fileLayers.values()]
  }

  isFileLayer(id: string): boolean {
    return this.#fileLayers.has(id)
  }

  /** @throws LAYER_NOT_FOUND */
  get(id: string): Layer {
    const layer = this.find(id)
    if (!layer) throw layerNotFound({ id })
    return layer
  }

  /** @throws NOT_FOUND */
  codeList(id: string): CodeList {
    const list = this.codeLists.get(id)
    if (!list) throw notFound({ what: `code list ${id}` })
    return list
  }

  /** Whether a published layer's table is gone, so that none of its features can be read. */
  isTableMissing(id: string): boolean {
    return this.#tablesMissing.has(id) || this.#sourceProblems.has(id)
  }

  state(id: string): LayerState {
    const stored = this.#archived.get(id)?.stored
    return stored ? stateOf(stored) : (this.#states.get(id) ?? UNPUBLISHED)
  }

  /** What the layer's latest revisions changed. */
  changes(id: string): Changes {
    const known = this.#archived.has(id) ? undefined : this.#changes.get(id)
    return known ?? allChanged(this.state(id).revision)
  }
}

/** An archive is published by being there. Nothing says how many features it has. */
const stateOf = ({ identity, changedAt, bounds }: StoredTiles): LayerState => ({
  revision: storedRevision({ changedAt }),
  featureCount: 0,
  bounds,
  contentHash: identity,
  updatedAt: changedAt
})
