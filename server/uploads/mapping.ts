import type { Field, Layer } from '../catalog/layer.ts'
import type { Text } from '../lib/errors.ts'
import type { Mapped } from './infer.ts'

const DBF_NAME_BYTES = 10

/**
 * Which property of the file fills which field of an existing layer: by name whatever the case, by a name cut to the
 * ten bytes of a DBF, or by title. What finds no partner is said in `notes`.
 */
export function mapFields(layer: Layer, properties: string[]): { mapped: Mapped[]; notes: Text[] } {
  const free = new Set(properties)
  const found = new Map<Field, string>()
  for (const matches of [byName, byTitle, byCutName]) {
    for (const field of layer.fields) {
      if (found.has(field)) continue
      const property = [...free].find(name => matches(field, name))
      if (property === undefined) continue
      found.set(field, property)
      free.delete(property)
    }
  }
  const missing = layer.fields.filter(field => !found.has(field)).map(field => field.name)
  return {
    mapped: layer.fields.map(field => ({ field, from: found.get(field) ?? null })),
    notes: [
      ...note(missing, '文件中没有这些字段，留空', 'The file has none of these fields, which stay empty'),
      ...note([...free], '图层没有这些字段，已略去', 'The layer has none of these fields, which were left out')
    ]
  }
}

function note(names: string[], zh: string, en: string): Text[] {
  const list = names.slice(0, 20).join(', ') + (names.length > 20 ? ' …' : '')
  return names.length === 0 ? [] : [{ zh: `${zh}:${list}`, en: `${en}: ${list}` }]
}

const same = (a: string, b: string) => a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase()

const byName = (field: Field, property: string) => same(field.name, property)

const byTitle = (field: Field, property: string) => same(field.title.zh, property) || same(field.title.en, property)

/** A Chinese name cut to ten bytes has five characters left in GBK, three in UTF-8. */
function byCutName(field: Field, property: string): boolean {
  const latin = same(field.name.slice(0, DBF_NAME_BYTES), property)
  const characters = [...property].length
  const chinese = /[^\x20-\x7e]/.test(property) && (characters === 3 || characters === 5)
  return latin || (chinese && field.title.zh.startsWith(property))
}
