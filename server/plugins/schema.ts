import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fp from 'fastify-plugin'

/**
 * Checks requests against their schemas. What came as text (path, query, headers) is turned into numbers and
 * booleans; a JSON body is taken as it is: `"12"` is no number there. Unknown members are refused, never dropped.
 */
export default fp(
  async app => {
    const options = { allErrors: true, useDefaults: true, removeAdditional: false, strict: false } as const
    const text = addFormats.default(new Ajv({ ...options, coerceTypes: 'array' }))
    const json = addFormats.default(new Ajv(options))
    app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? json : text).compile(schema as object))
  },
  { name: 'schema' }
)
