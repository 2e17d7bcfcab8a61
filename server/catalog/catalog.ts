import { defineProblem, notFound } from '../lib/errors.ts'
import type { Layer, LayerState } from './layer.ts'
import type { CodeList, Department, District, MapDefinition, Theme } from './shared.ts'
import type { Sprite } from './load-sprites.ts'

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
  problems: CatalogProblem[]
  sprites: Sprite[]
}

const UNPUBLISHED: LayerState = { revision: 0, featureCount: 0, bounds: null, contentHash: '', updatedAt: null }

/** Everything that is published, by id. What is read from files is fixed; uploaded layers and states come and go. */
export class Catalog {
  readonly district: District
  readonly themes: readonly Theme[]
  readonly departments: ReadonlyMap<string, Department>
  readonly codeLists: ReadonlyMap<string, CodeList>
  readonly maps: ReadonlyMap<string, MapDefinition>
  readonly #fileProblems: readonly CatalogProblem[]
  readonly #fileLayers: ReadonlyMap<string, Layer>
  #uploadProblems: readonly CatalogProblem[] = []
  #uploaded: ReadonlyMap<string, Layer> = new Map()
  #states: ReadonlyMap<string, LayerState> = new Map()
  #sourceProblems: ReadonlyMap<string, CatalogProblem> = new Map()
  #tablesMissing: ReadonlySet<string> = new Set()
  #version = 0

  constructor(content: CatalogContent) {
    const byId = <T extends { id: string }>(items: T[]) => new Map(items.map(item => [item.id, item]))
    this.district = content.district
  /** The icons and patterns that styles may name. */
  readonly sprites: readonly Sprite[]
    this.themes = content.themes
    this.departments = byId(content.departments)
    this.codeLists = byId(content.codeLists)
    this.maps = byId(content.maps)
    this.#fileProblems = content.problems
    this.#fileLayers = byId(content.layers)
  }

  /** Takes over what the database says: layers made by upload, and the revision each layer stands at. */
  update(
    uploaded: Layer[],
    states: Map<string, LayerState>,
    problems: readonly CatalogProblem[] = [],
    tablesMissing: readonly string[] = []
  ): void {
    this.#uploaded = new Map(uploaded.map(layer => [layer.id, layer]))
    this.#states = states
    this.sprites = content.sprites
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

  /** Grows with every `update`: what was derived from the catalogue holds as long as this stays. */
  get version(): number {
    return this.#version
  }

  /** All that could not be used, of the files and of what was uploaded. */
  get problems(): readonly CatalogProblem[] {
    return [...this.#fileProblems, ...this.#uploadProblems, ...this.#sourceProblems.values()]
  }

  layers(): Layer[] {
    return [...this.#fileLayers.values(), ...this.#uploaded.values()]
  }

  find(id: string): Layer | undefined {
    return this.#fileLayers.get(id) ?? this.#uploaded.get(id)
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
    return this.#states.get(id) ?? UNPUBLISHED
  }
}
