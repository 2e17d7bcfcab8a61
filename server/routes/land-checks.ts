import multipart from '@fastify/multipart'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { LandCheckResultSchema } from '../land-check/answer/result.ts'
import { answerLandCheck } from '../land-check/check.ts'
import { ParsedSchema, parseLand } from '../land-check/intake/parse.ts'
import { landCheckUnknown } from '../land-check/problems.ts'
import { type LandCheckRequest, LandCheckRequestSchema } from '../land-check/request.ts'
import { answerOnce } from '../land-check/trust/idempotency.ts'
import { findRecorded } from '../land-check/trust/record.ts'
import { FORM_LIMITS, readParcelForm, requestOf, requestsOf } from './land-check-form.ts'

const IdParams = Type.Object({ id: Type.String({ pattern: '^lc_[0-9A-Z]{26}$' }) })
const Key = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The same key and request give the same answer again, with `Idempotent-Replayed: true`'
    })
  )
})
const JSON_TYPE = 'application/json; charset=utf-8'
const consumes = ['application/json', 'multipart/form-data']
const FILES = `As JSON, or as multipart/form-data: the field file (界址点 TXT, zipped shapefile, GeoPackage, GeoJSON, KML, WKT), and
the other members of the request as fields, objects and numbers as JSON.`

/** `/api/land-checks`: a parcel in, a verdict out; kept for good. */
const landChecks: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']
  const onRequest = app.authorize('checker')
  await app.register(multipart, { limits: FORM_LIMITS })

  /** The plots of a form, beside the request that its first one makes (which is validated like any other). */
  const forms = new WeakMap<FastifyRequest, ReturnType<typeof requestsOf>>()

  app.post(
    '/api/land-checks',
    {
      onRequest,
      preValidation: async request => {
        if (request.isMultipart()) request.body = requestOf(await readParcelForm(request, app.uploads)) as never
      },
      schema: {
        tags,
        consumes,
        summary: '审查一个地块 Check a parcel',
        description: FILES,
        headers: Key,
        body: LandCheckRequestSchema,
        response: { 201: LandCheckResultSchema }
      }
    },
    async (request, reply) => {
      const actor = request.principal?.id ?? ''
      const key = request.headers['idempotency-key']
      const work = () => answerLandCheck(app.landCheck, request.body, actor, key)
      const { id, body, replayed } = await answerOnce(app.landCheck, key, actor, request.body, work)
      if (replayed) reply.header('idempotent-replayed', 'true')
      // The text itself is sent, unserialized: what is kept and what is answered are the same bytes.
      reply.header('location', `/api/land-checks/${id}`).header('cache-control', 'no-store').type(JSON_TYPE)
      return reply.code(201).send(Buffer.from(body) as never)
    }
  )

  app.post(
    // One colon in the address: two say so to the router.
    '/api/land-checks::parse',
    {
      onRequest,
      preValidation: async request => {
        if (!request.isMultipart()) return
        const requests = requestsOf(await readParcelForm(request, app.uploads))
        forms.set(request, requests)
        request.body = requests[0]?.members as never
      },
      schema: {
        tags,
        consumes,
        summary: '试读地块 What is understood of a parcel, or of every plot in a file; nothing is checked or kept',
        description: FILES,
        body: LandCheckRequestSchema,
        response: { 200: ParsedSchema }
      }
    },
    async (request, reply) => {
      // The further plots differ from the first, which was validated, in their geometry alone.
      const [, ...further] = forms.get(request) ?? []
      const requests = [
        request.body,
        ...further.map(({ members }) => ({ ...request.body, ...members }) as LandCheckRequest)
      ]
      const names = (forms.get(request) ?? []).flatMap(({ named }) => named ?? [])
      reply.header('cache-control', 'no-store')
      return parseLand(app.landCheck, requests, names)
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
      // What came after it (decisions, a successor) is never in the body, which does not change.
      reply.header('link', `</api/land-checks/${found.id}/history>; rel="version-history"`)
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null)
      return reply.type(JSON_TYPE).send(Buffer.from(found.body) as never)
    }
  )
}

export default landChecks
