import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { getRuleset } from '../land-check/check.ts'
import { RulesetSchema } from '../land-check/rules/ruleset.ts'
import { ImpactSchema, impactOf } from '../land-check/trust/impact.ts'
import { ImpactAnswerSchema } from './land-check-trust-schema.ts'

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
const RulesetSummary = Type.Object({
  id: Type.String(),
  title: RulesetSchema.properties.title,
  version: Type.String(),
  validFrom: Type.String(),
  workingCrs: Type.String(),
  hash: Type.String(),
  rules: Type.Integer({ description: 'How many' })
})
const RulesetDocument = Type.Object({ id: Type.String(), hash: Type.String(), ...RulesetSchema.properties })

/** `/api/rulesets`: what a land-check goes by. */
const rulesets: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']

  app.get(
    '/api/rulesets',
    { schema: { tags, response: { 200: Type.Object({ rulesets: Type.Array(RulesetSummary) }) } } },
    async () => ({
      rulesets: [...app.landCheck.rulesets.values()].map(
        ({ id, title, version, validFrom, workingCrs, hash, rules }) => ({
          id,
          title,
          version,
          validFrom,
          workingCrs,
          hash,
          rules: rules.length
        })
      )
    })
  )

  app.get(
    '/api/rulesets/:id',
    { schema: { tags, params: IdParams, response: { 200: RulesetDocument } } },
    async request => getRuleset(app.landCheck.rulesets, request.params.id)
  )

  app.post(
    '/api/rulesets/:id/impact',
    {
      onRequest: app.authorize('publisher'),
      schema: {
        tags,
        summary: '规则或数据更新对已有结论的影响 Which kept verdicts would be others today',
        params: IdParams,
        body: ImpactSchema,
        response: { 200: ImpactAnswerSchema }
      }
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return impactOf(app.landCheck, request.params.id, request.body)
    }
  )
}

export default rulesets
