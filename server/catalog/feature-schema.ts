import type { Language } from '../lib/errors.ts'
import type { Catalog } from './catalog.ts'
import type { Field, Layer } from './layer.ts'
import type { CodeList } from './shared.ts'

type JsonSchema = Record<string, unknown>

/**
 * The data standard of a layer as JSON Schema (draft 2020-12): what the properties of its features must be. Only the
 * business key, the first field, must be there; every other value may be null. Codes of a closed list are spelled out,
 * each with its title; those of an open list are named as examples.
 */
export function featureSchema(catalog: Catalog, layer: Layer, language: Language): JsonSchema {
  const [key] = layer.fields
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:yitu:layer:${layer.id}`,
    title: layer.title[language],
    ...(layer.description && { description: layer.description[language] }),
    type: 'object',
    properties: Object.fromEntries(
      layer.fields.map((field, i) => [field.name, fieldSchema(catalog, field, i === 0, language)])
    ),
    required: key ? [key.name] : [],
    additionalProperties: false
  }
}

const TYPES: Record<Field['type'], { type: string; format?: string }> = {
  text: { type: 'string' },
  code: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' }
}

function fieldSchema(catalog: Catalog, field: Field, isKey: boolean, language: Language): JsonSchema {
  const { type, format } = TYPES[field.type]
  const list = field.codelist === undefined ? undefined : catalog.codeLists.get(field.codelist)
  return {
    title: field.title[language],
    type: isKey ? type : [type, 'null'],
    ...(format && { format }),
    ...(isKey && type === 'string' && { minLength: 1 }),
    ...(list && codes(list, isKey, language))
  }
}

function codes({ id, title, open, codes: entries }: CodeList, isKey: boolean, language: Language): JsonSchema {
  const named = { description: title[language], 'x-codelist': `/api/codelists/${id}` }
  if (open) return { ...named, examples: entries.map(({ code }) => code), 'x-open': true }
  const spelled = entries.map(entry => ({ const: entry.code, title: entry.title[language] }))
  return { ...named, oneOf: isKey ? spelled : [...spelled, { type: 'null' }] }
}
