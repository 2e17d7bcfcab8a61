import type { Field, Layer } from '../../catalog/layer.ts'
import type { Sprite } from '../../catalog/load-sprites.ts'
import type { ProblemDetail } from '../../lib/errors.ts'
import { pathOf, type XmlNode } from './xml-tree.ts'

/** What an SLD is read for. */
export interface SldSubject {
  layer: Pick<Layer, 'id' | 'fields' | 'geometry'>
  sprites: readonly Sprite[]
}

/** A thing that cannot be said in our styles: what it is part of is left out. */
export class NotUnderstood extends Error {
  readonly node: XmlNode
  readonly zh: string
  readonly en: string

  constructor(node: XmlNode, zh: string, en: string) {
    super(en)
    this.node = node
    this.zh = zh
    this.en = en
  }
}

const MOST = 100

/** A reading under way: of what, and what was not understood so far. */
export class Reading implements SldSubject {
  readonly layer: SldSubject['layer']
  readonly sprites: readonly Sprite[]
  readonly notes: ProblemDetail[] = []
  readonly #told = new Set<string>()

  constructor({ layer, sprites }: SldSubject) {
    this.layer = layer
    this.sprites = sprites
  }

  get kind(): 'point' | 'line' | 'polygon' | 'raster' {
    const { geometry } = this.layer
    if (geometry === 'Raster') return 'raster'
    if (geometry.endsWith('Point')) return 'point'
    return geometry.endsWith('LineString') ? 'line' : 'polygon'
  }

  /** Says once of each place what was left out or drawn otherwise. */
  note(node: XmlNode, zh: string, en: string): void {
    const pointer = pathOf(node)
    const told = `${pointer} ${en}`
    if (this.#told.has(told) || this.notes.length >= MOST) return
    this.#told.add(told)
    this.notes.push({ pointer, line: node.line, message: { zh, en } })
  }

  /** What `read` gives; undefined, with a note, where it meets something that is not understood. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      this.note(error.node, error.zh, error.en)
      return undefined
    }
  }

  /** The field that a name means: case does not matter, as shapefiles change it. @throws NotUnderstood */
  field(node: XmlNode, name: string): Pick<Field, 'name' | 'type'> {
    const plain = name.slice(name.lastIndexOf(':') + 1)
    const known = [...this.layer.fields, { name: 'feature_id', type: 'text' as const }]
    const found =
      known.find(field => field.name === plain) ?? known.find(field => field.name.toLowerCase() === plain.toLowerCase())
    if (found) return found
    const shown = plain.slice(0, 60)
    throw new NotUnderstood(node, `图层没有字段“${shown}”`, `the layer has no field "${shown}"`)
  }
}
