import type { StyleLayer } from '../../catalog/layer.ts'
import type { Sprite } from '../../catalog/load-sprites.ts'
import type { Text } from '../../lib/errors.ts'
import { element, type XmlAttributes, type XmlChild, type XmlElement } from '../../lib/xml.ts'

export const SLD_VERSIONS = ['1.0.0', '1.1.0'] as const
export type SldVersion = (typeof SLD_VERSIONS)[number]

export interface WriteOptions {
  version: SldVersion
  sprites: readonly Sprite[]
  /** Where icons can be had: `<url>/<name>.svg`. */
  spritesUrl: string
  /** What a value of a field stands for, as its code list says. */
  titleOf?: (field: string, value: string | number) => string | undefined
}

/** A thing that SLD has no words for. */
export class Unsayable extends Error {
  readonly text: Text

  constructor(zh: string, en: string) {
    super(en)
    this.text = { zh, en }
  }
}

/** A document being written: how elements are called in its version, and what could not be said in it. */
export class Writing {
  readonly options: WriteOptions
  readonly #notes = new Map<string, Text>()

  constructor(options: WriteOptions) {
    this.options = options
  }

  get isSe(): boolean {
    return this.options.version === '1.1.0'
  }

  get notes(): Text[] {
    return [...this.#notes.values()]
  }

  /** An element of SLD 1.0, or of Symbology Encoding, which came out of it. */
  element(name: string, ...children: XmlChild[]): XmlElement {
    return this.with(name, {}, ...children)
  }

  with(name: string, attributes: XmlAttributes, ...children: XmlChild[]): XmlElement {
    return element(this.isSe ? `se:${name}` : name, attributes, ...children)
  }

  parameter(name: string, value: XmlChild[] | undefined): XmlElement[] {
    return value ? [this.with(this.isSe ? 'SvgParameter' : 'CssParameter', { name }, ...value)] : []
  }

  note(item: Pick<StyleLayer, 'id'>, { zh, en }: Text): void {
    this.#notes.set(`${item.id} ${en}`, { zh: `${item.id}：${zh}`, en: `${item.id}: ${en}` })
  }

  /** What `write` gives; undefined, with a note, where it comes upon something unsayable. */
  attempt<T>(item: Pick<StyleLayer, 'id'>, write: () => T): T | undefined {
    try {
      return write()
    } catch (error) {
      if (!(error instanceof Unsayable)) throw error
      this.note(item, error.text)
      return undefined
    }
  }
}
