import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { VERDICTS } from '../land-check/answer/judge.ts'
import {
  DeliverySchema,
  ITEM_STATES,
  JobHeadSchema,
  JobItemSchema,
  JobSchema,
  STATUSES
} from '../land-check/jobs/answer-schema.ts'
import { listDeliveries, replay } from '../land-check/jobs/deliver.ts'
import { jobDocument, jobHead } from '../land-check/jobs/document.ts'
import { jobEvents } from '../land-check/jobs/events.ts'
import { toCsv, toGeojson } from '../land-check/jobs/export.ts'
import { cancelJob } from '../land-check/jobs/finish.ts'
import { cursorOf, type ItemRow, pageOfItems, readCursor, resultsOf } from '../land-check/jobs/items.ts'
import { jobNotYours } from '../land-check/jobs/problems.ts'
import { countItems, getJob, type JobRow, listJobs } from '../land-check/jobs/store.ts'

const JOBS = '/api/land-check-jobs'
const Id = Type.Object({ id: Type.String({ pattern: '^lj_[0-9A-HJKMNP-TV-Z]{26}$' }) })
const Limit = (most: number) => Type.Integer({ minimum: 1, maximum: most, default: 100 })

/** `/api/land-check-jobs/{id}`: how a job goes, what came of it, and how to stop it. Taking jobs in is a file of its own. */
const landCheckJobs: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']
  app.addHook('onRequest', app.authorize('checker'))
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))

  const documentOf = async (job: JobRow) => ({
    ...jobDocument(job, await countItems(app.db, job.id)),
    webhook: job.webhookUrl ? { url: job.webhookUrl, deliveries: await listDeliveries(app.db, job.id) } : null
  })

  app.get(
    JOBS,
    {
      schema: {
        tags,
        summary: '批量审查任务 Land-check jobs, newest first',
        querystring: Type.Object({
          status: Type.Optional(Type.Enum([...STATUSES])),
          limit: Limit(500),
          cursor: Type.Optional(Type.String({ maxLength: 40, description: 'The last job of the page before' }))
        }),
        response: {
          200: Type.Object({ jobs: Type.Array(JobHeadSchema), links: Type.Record(Type.String(), Type.String()) })
        }
      }
    },
    async ({ query: { status, limit, cursor } }) => {
      const jobs = await listJobs(app.db, limit, { ...(status && { statuses: [status] }), after: cursor })
      const last = jobs.at(-1)
      const next = new URLSearchParams({ limit: String(limit), cursor: last?.id ?? '', ...(status && { status }) })
      return { jobs: jobs.map(jobHead), links: { ...(jobs.length === limit && { next: `${JOBS}?${next}` }) } }
    }
  )

  app.get(`${JOBS}/:id`, { schema: { tags, params: Id, response: { 200: JobSchema } } }, async ({ params }) =>
    documentOf(await getJob(app.db, params.id))
  )

  app.delete(
    `${JOBS}/:id`,
    {
      schema: {
        tags,
        summary: 'Cancels a job; what is answered stays. A job that has ended stays as it is.',
        params: Id,
        response: { 200: JobSchema }
      }
    },
    async request => {
      const { id } = request.params
      refuseOthers(request, await getJob(app.db, id))
      await app.db.transaction(tx => cancelJob(tx, id))
      return documentOf(await getJob(app.db, id))
    }
  )

  app.get(
    `${JOBS}/:id/items`,
    {
      schema: {
        tags,
        summary: 'What came of each parcel, in the order they were sent',
        params: Id,
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ maxLength: 80 })),
          limit: Limit(1000),
          verdict: Type.Optional(Type.Enum([...VERDICTS])),
          state: Type.Optional(Type.Enum([...ITEM_STATES]))
        }),
        response: {
          200: Type.Object({ items: Type.Array(JobItemSchema), links: Type.Record(Type.String(), Type.String()) })
        }
      }
    },
    async ({ params: { id }, query }) => {
      const { cursor, limit, ...filter } = query
      await getJob(app.db, id)
      const items = await pageOfItems(app.db, id, readCursor(id, cursor), limit, filter)
      const next = new URLSearchParams({
        ...filter,
        limit: String(limit),
        cursor: cursorOf(id, items.at(-1)?.item ?? 0)
      })
      return {
        items: items.map(withLinks),
        links: { job: `${JOBS}/${id}`, ...(items.length === limit && { next: `${JOBS}/${id}/items?${next}` }) }
      }
    }
  )

  for (const [ending, type, write] of [
    ['geojson', 'application/geo+json; charset=utf-8', toGeojson],
    ['csv', 'text/csv; charset=utf-8', toCsv]
  ] as const) {
    app.get(
      `${JOBS}/:id/results.${ending}`,
      { schema: { tags, summary: `All items as ${ending}, also while the job is at work`, params: Id } },
      async ({ params: { id } }, reply) => {
        await getJob(app.db, id)
        reply.type(type).header('content-disposition', `attachment; filename="${id}.${ending}"`)
        return reply.send(Readable.from(write(resultsOf(app.db, id))))
      }
    )
  }

  app.get(
    `${JOBS}/:id/events`,
    { schema: { tags, summary: 'Progress as server-sent events; the last one is "end"', params: Id } },
    async (request, reply) => {
      const { id } = await getJob(app.db, request.params.id)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      // A proxy that collected the stream before passing it on would make it useless.
      reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no')
      return reply.send(Readable.from(jobEvents(app.db, app.jobs.worker, id, gone.signal)))
    }
  )

  app.post(
    `${JOBS}/:id/webhook/replay`,
    {
      schema: {
        tags,
        summary: 'Posts the events of a job to its webhook once more, under the ids they had',
        params: Id,
        response: { 202: Type.Object({ deliveries: Type.Array(DeliverySchema) }) }
      }
    },
    async (request, reply) => {
      refuseOthers(request, await getJob(app.db, request.params.id))
      return reply.code(202).send({ deliveries: await replay(app.db, request.params.id) })
    }
  )
}

/** @throws JOB_NOT_YOURS */
function refuseOthers({ principal }: FastifyRequest, { id, actor }: JobRow): void {
  if (principal?.id !== actor && principal?.role !== 'admin') throw jobNotYours({ id })
}

const withLinks = (item: ItemRow) => ({
  ...item,
  links: { ...(item.landCheck && { landCheck: `/api/land-checks/${item.landCheck}` }) }
})

export default landCheckJobs
