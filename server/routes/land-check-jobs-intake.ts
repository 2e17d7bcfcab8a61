import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { JobHeadSchema } from '../land-check/jobs/answer-schema.ts'
import { jobHead } from '../land-check/jobs/document.ts'
import { freeze } from '../land-check/jobs/freeze.ts'
import { type Common, JobRequestSchema, type Webhook } from '../land-check/jobs/request.ts'
import { checkFilter, planSelection } from '../land-check/jobs/select.ts'
import { getJob } from '../land-check/jobs/store.ts'
import { MOST_ITEMS, type NewJob, submitJob } from '../land-check/jobs/submit.ts'
import { LandCheckRequestSchema } from '../land-check/request.ts'
import { badRequest } from '../lib/errors.ts'

const MOST_BYTES = 64 * 1024 * 1024
const DEFAULT_RULESET = LandCheckRequestSchema.properties.ruleset.default

/** `POST /api/land-check-jobs`: many parcels at once. */
const landCheckJobsIntake: FastifyPluginAsyncTypebox = async app => {
  app.addHook('onRequest', app.authorize('checker'))

  const submit = async (
    request: FastifyRequest,
    asked: { common?: Common | undefined; webhook?: Webhook | undefined },
    parcels: (common: Common) => Pick<NewJob, 'source' | 'items'>
  ) => {
    const common = { ...asked.common, ruleset: asked.common?.ruleset ?? DEFAULT_RULESET }
    if (asked.webhook) app.jobs.webhooks.check(asked.webhook.url)
    const frozen = await freeze(app.landCheck, common)
    const actor = request.principal?.id ?? ''
    const job = { origin: 'api', actor, common, frozen, webhook: asked.webhook, ...parcels(common) } as const
    return jobHead(await getJob(app.db, await submitJob(app.db, job)))
  }

  app.post(
    '/api/land-check-jobs',
    {
      bodyLimit: MOST_BYTES,
      schema: {
        tags: ['land-check'],
        summary: '批量审查 Check many parcels: a list, or features of a layer',
        body: JobRequestSchema,
        response: { 202: JobHeadSchema }
      }
    },
    async (request, reply) => {
      const { items, layer, filter = {} } = request.body
      if ((items === undefined) === (layer === undefined)) {
        throw badRequest({ reason: 'items 与 layer 须且只能有一个 exactly one of items and layer' })
      }
      const head = await submit(request, request.body, common => {
        if (items) return { source: { kind: 'items' }, items: { given: items.map(toGiven) } }
        const chosen = app.visibleLayer(request, layer ?? '')
        checkFilter(chosen, filter)
        const { revision } = app.catalog.state(chosen.id)
        const limit = MOST_ITEMS + 1
        return {
          source: { kind: 'layer', layer: chosen.id, revision, filter },
          items: { selected: id => planSelection(id, { layer: chosen, revision, filter, common, limit }) }
        }
      })
      return reply.code(202).header('location', head.links.self).send(head)
    }
  )
}

const toGiven = ({ label, ...request }: Record<string, unknown>) => ({
  ...(label !== undefined && { label: String(label) }),
  request
})

export default landCheckJobsIntake
