import type { TSchema } from 'typebox'
import { LayerSchema } from './layer.ts'
import { CodeListSchema, DistrictSchema, MapSchema } from './shared.ts'

/** A file that is written from the code: `path` from the project's folder. */
export interface GeneratedFile {
  path: string
  text: string
}

/** The JSON schemas that layers/ and styles/ name as `$schema`, so that an editor checks and completes them. */
export const schemaFiles = (): GeneratedFile[] => [
  schemaFile('layers/layer.schema.json', LayerSchema),
  schemaFile('layers/codelist.schema.json', CodeListSchema),
  schemaFile('layers/district.schema.json', DistrictSchema),
  schemaFile('styles/map.schema.json', MapSchema)
]

/** Draft 7 is what Ajv and the editors read alike. */
export function schemaFile(path: string, schema: TSchema): GeneratedFile {
  const document = { $schema: 'http://json-schema.org/draft-07/schema#', ...schema }
  return { path, text: `${JSON.stringify(document, null, 2)}\n` }
}
