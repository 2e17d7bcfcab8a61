import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { AsBuiltSchema, compareAsBuilt } from '../land-check/trust/as-built.ts'
import { auditChain } from '../land-check/trust/audit.ts'
import { findEvent, getStanding, listEvents } from '../land-check/trust/event.ts'
import { OverrideSchema, override } from '../land-check/trust/override.ts'
import { historyOf, SupersedeSchema, supersede } from '../land-check/trust/supersede.ts'
import { asBuiltUnknown } from '../land-check/trust/trust-problems.ts'
import { glanceAt, verifyLandCheck } from '../land-check/trust/verify.ts'
import { AuditSchema, GlanceSchema, HistorySchema, VerificationSchema } from './land-check-trust-schema.ts'

const Id = Type.String({ pattern: '^lc_[0-9A-HJKMNP-TV-Z]{26}$' })
const IdParams = Type.Object({ id: Id })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const JSON_TYPE = 'application/json; charset=utf-8'
const strict = { additionalProperties: false } as const

const VerifyOptions = Type.Object(
  {
    deep: Type.Optional(Type.Boolean({ description: 'Also hash the stored rows of every layer, which reads them all' }))
  },
  strict
)

/** What makes a land-check worth relying on: computing it again, the audit chain, and what people did about it. */
const landCheckTrust: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']
  const onRequest = app.authorize('checker')

  app.post(
    '/api/land-checks/:id/verify',
    {
      onRequest,
      schema: {
        tags,
        summary: '按当时的数据重新计算并比对 Compute it again from the data of then, and compare',
        params: IdParams,
        body: Type.Union([VerifyOptions, Type.Null()]),
        response: { 200: VerificationSchema }
      }
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return verifyLandCheck(app.landCheck, request.params.id, request.body?.deep)
    }
  )

  // Open to anybody who holds a report: its id cannot be guessed, and no more is said than the report says.
  app.get(
    '/api/land-checks/:id/verify',
    {
      schema: {
        tags,
        summary: '核对报告 Whether there is such a land-check, and whether a report’s hash is its own',
        params: IdParams,
        querystring: Type.Object({ hash: Type.Optional(Hash) }),
        response: { 200: GlanceSchema }
      }
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return glanceAt(app.db, request.params.id, request.query.hash)
    }
  )

  app.get(
    '/api/land-checks/audit',
    {
      onRequest: app.authorize('admin'),
      schema: {
        tags,
        summary: '核查审计链 Verify the audit chain',
        querystring: Type.Object({
          chain: Type.Enum(['land-checks', 'events'], { default: 'land-checks' }),
          from: Type.Optional(
            Type.Integer({ minimum: 1, description: 'The first row (seq); default: the first there is' })
          ),
          limit: Type.Integer({ default: 1000, minimum: 1, maximum: 10_000 }),
          witness: Type.Optional(Hash)
        }),
        response: { 200: AuditSchema }
      }
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const { chain, ...range } = request.query
      return auditChain(app.db, chain, range)
    }
  )

  app.get(
    '/api/land-checks/:id/history',
    {
      onRequest,
      schema: { tags, summary: '记录的后续 What became of it', params: IdParams, response: { 200: HistorySchema } }
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return historyOf(app.db, request.params.id)
    }
  )

  app.post(
    '/api/land-checks/:id/overrides',
    {
      onRequest,
      schema: {
        tags,
        summary: '人工决定，原记录不变 A human decision; the original stays',
        params: IdParams,
        body: OverrideSchema
      }
    },
    async (request, reply) => {
      const { params, body, principal } = request
      const made = await override(app.landCheck, params.id, body, principal?.id ?? '')
      return reply.code(201).header('cache-control', 'no-store').type(JSON_TYPE).send(made.body)
    }
  )

  app.get(
    '/api/land-checks/:id/overrides',
    { onRequest, schema: { tags, summary: '人工决定 Human decisions', params: IdParams } },
    async (request, reply) => {
      const { id } = await getStanding(app.db, request.params.id)
      reply.header('cache-control', 'no-store')
      return { overrides: await listEvents(app.db, id, 'override') }
    }
  )

  app.post(
    '/api/land-checks/:id/supersede',
    {
      onRequest,
      schema: { tags, summary: '以新记录替代 Replace it by a newer one', params: IdParams, body: SupersedeSchema }
    },
    async (request, reply) => {
      const { params, body, principal } = request
      const made = await supersede(app.landCheck, params.id, body, principal?.id ?? '')
      return reply.code(201).header('cache-control', 'no-store').type(JSON_TYPE).send(made.body)
    }
  )

  // Two colons: one of the path itself (the route's grammar).
  app.post(
    '/api/land-checks::as-built',
    {
      onRequest,
      schema: { tags, summary: '批准与建成比对 What was built against what was approved', body: AsBuiltSchema }
    },
    async (request, reply) => {
      const { id, body } = await compareAsBuilt(app.landCheck, request.body, request.principal?.id ?? '')
      reply.code(201).header('location', `/api/land-checks:as-built/${id}`).header('cache-control', 'no-store')
      return reply.type(JSON_TYPE).send(body)
    }
  )

  app.get(
    '/api/land-checks::as-built/:id',
    {
      onRequest,
      schema: {
        tags,
        summary: '取回验收比对 A kept comparison, byte for byte',
        params: Type.Object({ id: Type.String({ pattern: '^ab_[0-9A-HJKMNP-TV-Z]{26}$' }) })
      }
    },
    async (request, reply) => {
      const body = await findEvent(app.db, 'as-built', request.params.id)
      if (body === undefined) throw asBuiltUnknown({ id: request.params.id })
      return reply.header('cache-control', 'private, max-age=31536000, immutable').type(JSON_TYPE).send(body)
    }
  )
}

export default landCheckTrust
