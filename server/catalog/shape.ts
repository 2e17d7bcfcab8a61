import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'
import type { CatalogProblem } from './catalog.ts'

const ajv = new Ajv({ allErrors: true, strict: true })
const compiled = new WeakMap<TSchema, ValidateFunction>()

export type Shaped<T> = { value: T; problems: [] } | { value: undefined; problems: CatalogProblem[] }

/**
 * Checks a parsed JSON value against its TypeBox schema; every fault is reported, with a JSON pointer (RFC 6901) below
 * `pointer`.
 */
export function checkShape<S extends TSchema>(
  schema: S,
  value: unknown,
  file: string,
  pointer = ''
): Shaped<Static<S>> {
  const validate = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, validate)
  if (validate(value)) return { value: value as Static<S>, problems: [] }
  const problems = meant(validate.errors ?? []).map(error => ({
    file,
    pointer: pointer + error.instancePath,
    message: explain(error)
  }))
  return { value: undefined, problems }
}

/** Of the forms a value may have (`anyOf`) only the faults of the one it comes closest to, the first of equals. */
function meant(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf')
  let left = errors.filter(error => !choices.includes(error))
  for (const { schemaPath } of choices) {
    const formOf = (error: ErrorObject) => error.schemaPath.split(`${schemaPath}/`)[1]?.split('/')[0]
    const counts = new Map<string, number>()
    for (const form of left.flatMap(error => formOf(error) ?? [])) counts.set(form, (counts.get(form) ?? 0) + 1)
    const [closest] = [...counts].sort(([, a], [, b]) => a - b)[0] ?? []
    left = left.filter(error => formOf(error) === undefined || formOf(error) === closest)
  }
  return left
}

function explain({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].join(', ')}`
  if (keyword === 'additionalProperties') return `must not have "${params['additionalProperty']}"`
  return message
}
