import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { answerLandCheck } from '../land-check/check.ts'
import { landCheckUnknown } from '../land-check/problems.ts'
import { findRecorded } from '../land-check/record.ts'
import { LandCheckRequestSchema } from '../land-check/request.ts'
import { LandCheckResultSchema } from '../land-check/result.ts'

const IdParams = Type.Object({ id: Type.String({ pattern: '^lc_[0-9A-Z]{26}$' }) })
const JSON_TYPE = 'application/json; charset=utf-8'

/** `/api/land-checks`: a parcel in, a verdict out; kept for good. */
const landChecks: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']
  const onRequest = app.authorize('checker')

  app.post(
    '/api/land-checks',
    {
      onRequest,
      schema: {
        tags,
        summary: '审查一个地块 Check a parcel',
        body: LandCheckRequestSchema,
        response: { 201: LandCheckResultSchema }
      }
    },
    async (request, reply) => {
      const { id, body } = await answerLandCheck(app.landCheck, request.body, request.principal?.id ?? '')
      // The text itself is sent, unserialized: what is kept and what is answered are the same bytes.
      reply.code(201).header('location', `/api/land-checks/${id}`).header('cache-control', 'no-store').type(JSON_TYPE)
      return reply.send(Buffer.from(body) as never)
    }
  )

  app.get(
    '/api/land-checks/:id',
    {
      onRequest,
      schema: {
        tags,
        summary: '取回审查结果 A kept land-check, byte for byte',
        params: IdParams,
        response: { 200: LandCheckResultSchema, 304: Type.Null() }
      }
    },
    async (request, reply) => {
      const found = await findRecorded(app.db, request.params.id)
      if (!found) throw landCheckUnknown({ id: request.params.id })
      const etag = `"${found.id}"`
      reply.header('etag', etag).header('cache-control', 'private, max-age=31536000, immutable')
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null)
      return reply.type(JSON_TYPE).send(Buffer.from(found.body) as never)
    }
  )
}

export default landChecks
