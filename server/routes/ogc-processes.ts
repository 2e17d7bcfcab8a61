import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { answerLandCheck } from '../land-check/check.ts'
import { cancelJob } from '../land-check/jobs/finish.ts'
import { freeze } from '../land-check/jobs/freeze.ts'
import { pageOfItems } from '../land-check/jobs/items.ts'
import { jobNotYours, jobUnknown } from '../land-check/jobs/problems.ts'
import { getJob, type JobRow, listJobs } from '../land-check/jobs/store.ts'
import { submitJob } from '../land-check/jobs/submit.ts'
import { type LandCheckRequest, LandCheckRequestSchema } from '../land-check/request.ts'
import { findRecorded } from '../land-check/trust/record.ts'
import { badRequest, Problem } from '../lib/errors.ts'
import { readInterval, STATUS_CODES, statusesOf, statusInfo } from './ogc-job.ts'
import {
  answerOf,
  exception,
  noSuchJob,
  noSuchProcess,
  PROCESS,
  processDescription,
  processSummary,
  readInputs,
  readOutputs,
  resultNotReady,
  type Wanted
} from './ogc-process.ts'

const CONFORMANCE = ['core', 'ogc-process-description', 'json', 'job-list', 'dismiss']
const REL = 'http://www.opengis.net/def/rel/ogc/1.0'
const Limit = Type.Integer({ minimum: 1, maximum: 1000, default: 100 })
const ExecuteSchema = Type.Object(
  {
    inputs: Type.Record(Type.String(), Type.Unknown()),
    outputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    response: Type.Enum(['raw', 'document'], { default: 'raw' })
  },
  { additionalProperties: false }
)

/** `/ogc`: the land-check by OGC API Processes 1.0 (18-062r2). */
const ogcProcesses: FastifyPluginAsyncTypebox = async app => {
  const tags = ['ogc-processes']
  const onRequest = app.authorize('checker')
  const JSON_TYPE = 'application/json'

  app.get('/ogc', { schema: { tags, summary: 'Landing page' } }, async request => {
    const base = app.baseUrl(request)
    const link = (path: string, rel: string, type: string, title: string) => ({ href: base + path, rel, type, title })
    return {
      title: 'Yitu 一图',
      description: '用地智能审查 The land-check as a process',
      links: [
        link('/ogc', 'self', JSON_TYPE, 'This document'),
        link('/api/openapi.json', 'service-desc', 'application/vnd.oai.openapi+json;version=3.0', 'API definition'),
        link('/api/docs', 'service-doc', 'text/html', 'API documentation'),
        link('/ogc/conformance', `${REL}/conformance`, JSON_TYPE, 'Conformance classes'),
        link('/ogc/processes', `${REL}/processes`, JSON_TYPE, 'Processes'),
        link('/ogc/jobs', `${REL}/job-list`, JSON_TYPE, 'Jobs')
      ]
    }
  })

  app.get('/ogc/conformance', { schema: { tags } }, async () => ({
    conformsTo: CONFORMANCE.map(name => `http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/${name}`)
  }))

  app.get('/ogc/processes', { schema: { tags, querystring: Type.Object({ limit: Limit }) } }, async request => {
    const base = app.baseUrl(request)
    return {
      processes: [processSummary(base)],
      links: [{ href: `${base}/ogc/processes`, rel: 'self', type: JSON_TYPE }]
    }
  })

  const Process = Type.Object({ process: Type.String({ maxLength: 100 }) })
  const checkProcess = (id: string) => {
    if (id !== PROCESS) throw noSuchProcess({ id }, exception('no-such-process'))
  }

  app.get('/ogc/processes/:process', { schema: { tags, params: Process } }, async request => {
    checkProcess(request.params.process)
    return processDescription(app.baseUrl(request))
  })

  app.post(
    '/ogc/processes/:process/execution',
    { onRequest, schema: { tags, summary: 'Executes a land-check', params: Process, body: ExecuteSchema } },
    async (request, reply) => {
      checkProcess(request.params.process)
      const { inputs, outputs, response } = request.body
      const asked = toRequest(request, readInputs(inputs))
      const wanted: Wanted = { outputs: readOutputs(outputs), response }
      const actor = request.principal?.id ?? ''
      reply.header('cache-control', 'no-store')
      if (!/(^|[,\s])respond-async\b/i.test(String(request.headers['prefer'] ?? ''))) {
        const { body } = await answerLandCheck(app.landCheck, asked, actor)
        return send(reply, wanted, body)
      }
      const { ruleset, asOf, ...own } = asked
      const common = { ruleset, ...(asOf && { asOf }) }
      const frozen = await freeze(app.landCheck, common)
      const items = { given: [{ request: own }] }
      const id = await submitJob(app.db, { origin: 'ogc', actor, common, frozen, source: { ...wanted }, items })
      const base = app.baseUrl(request)
      reply.code(201).header('location', `${base}/ogc/jobs/${id}`).header('preference-applied', 'respond-async')
      return statusInfo(await getJob(app.db, id), base)
    }
  )

  const JobId = Type.Object({ job: Type.String({ maxLength: 100 }) })
  /** A job of this interface. @throws NO_SUCH_JOB */
  const jobOf = async (id: string): Promise<JobRow> => {
    const job = await getJob(app.db, id).catch(error => {
      if (error instanceof Problem && error.code === jobUnknown.code) return undefined
      throw error
    })
    if (job?.origin !== 'ogc') throw noSuchJob({ id }, exception('no-such-job'))
    return job
  }

  app.get(
    '/ogc/jobs',
    {
      onRequest,
      schema: {
        tags,
        querystring: Type.Object({
          limit: Limit,
          type: Type.Optional(Type.Array(Type.String())),
          processID: Type.Optional(Type.Array(Type.String())),
          status: Type.Optional(Type.Array(Type.String())),
          datetime: Type.Optional(Type.String()),
          minDuration: Type.Optional(Type.Integer({ minimum: 0 })),
          maxDuration: Type.Optional(Type.Integer({ minimum: 0 })),
          cursor: Type.Optional(Type.String({ maxLength: 40 }))
        })
      }
    },
    async (request, reply) => {
      const { limit, type, processID, status, datetime, minDuration, maxDuration, cursor } = request.query
      const codes = listed(status)
      const unknown = codes?.find(code => !STATUS_CODES.includes(code))
      if (unknown !== undefined) throw badRequest({ reason: `status: ${STATUS_CODES.join(', ')}` })
      const interval = datetime === undefined ? {} : readInterval(datetime)
      if (!interval)
        throw badRequest({ reason: 'datetime: 2026-01-01T00:00:00Z, 2026-01-01/2026-02-01, ../2026-02-01' })
      const isOurs = (given: string[] | undefined, ours: string) => !given || given.includes(ours)
      const fits = isOurs(listed(type), 'process') && isOurs(listed(processID), PROCESS)
      const filter = { ...interval, statuses: codes && statusesOf(codes), minDuration, maxDuration, after: cursor }
      const jobs = fits ? await listJobs(app.db, limit, { origin: 'ogc', ...filter }) : []
      const base = app.baseUrl(request)
      const self = new URL(request.url, base)
      self.searchParams.delete('key')
      const next = new URL(self)
      next.searchParams.set('cursor', jobs.at(-1)?.id ?? '')
      reply.header('cache-control', 'no-store')
      return {
        jobs: jobs.map(job => statusInfo(job, base)),
        links: [
          { href: self.href, rel: 'self', type: JSON_TYPE },
          ...(jobs.length === limit ? [{ href: next.href, rel: 'next', type: JSON_TYPE }] : [])
        ]
      }
    }
  )

  app.get('/ogc/jobs/:job', { onRequest, schema: { tags, params: JobId } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return statusInfo(await jobOf(request.params.job), app.baseUrl(request))
  })

  app.get('/ogc/jobs/:job/results', { onRequest, schema: { tags, params: JobId } }, async (request, reply) => {
    const job = await jobOf(request.params.job)
    const [item] = await pageOfItems(app.db, job.id, 0, 1)
    reply.header('cache-control', 'no-store')
    // Of a job that failed: the problem that made it fail, with its own status.
    if (job.status === 'failed' && item?.problem)
      return reply.code(Number(item.problem['status'])).type('application/problem+json').send(item.problem)
    const found = job.status === 'succeeded' && item?.landCheck ? await findRecorded(app.db, item.landCheck) : undefined
    if (!found) throw resultNotReady({ id: job.id, status: job.status }, exception('result-not-ready'))
    return send(reply, job.source as unknown as Wanted, found.body)
  })

  app.delete('/ogc/jobs/:job', { onRequest, schema: { tags, params: JobId } }, async request => {
    const job = await jobOf(request.params.job)
    const { principal } = request
    if (principal?.id !== job.actor && principal?.role !== 'admin') throw jobNotYours({ id: job.id })
    await app.db.transaction(tx => cancelJob(tx, job.id, 'ended too'))
    return statusInfo(await jobOf(job.id), app.baseUrl(request))
  })
}

/** A parameter given as `a,b` or more than once. */
const listed = (values: string[] | undefined): string[] | undefined => values?.flatMap(value => value.split(','))

/** @throws BAD_REQUEST where the inputs are no land-check request */
function toRequest(request: FastifyRequest, inputs: Record<string, unknown>): LandCheckRequest {
  const validate = request.compileValidationSchema(LandCheckRequestSchema, 'body')
  if (validate(inputs)) return inputs as LandCheckRequest
  const details = (validate.errors ?? []).slice(0, 20).map(({ instancePath, message = '', params }) => {
    const extra = params && 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
    return { pointer: `/body/inputs${instancePath}`, message: { zh: `${message}${extra}`, en: `${message}${extra}` } }
  })
  throw badRequest(
    { reason: details.map(({ pointer, message }) => `${pointer} ${message.en}`).join('; ') },
    { details }
  )
}

function send(reply: FastifyReply, wanted: Wanted, body: string) {
  const answer = answerOf(JSON.parse(body), wanted)
  if (!answer) return reply.code(204).send()
  return reply.type(answer.type).send(Buffer.from(answer.body))
}

export default ogcProcesses
