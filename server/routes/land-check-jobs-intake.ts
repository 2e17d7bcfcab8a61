import multipart from '@fastify/multipart'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { JobHeadSchema } from '../land-check/jobs/answer-schema.ts'
import { jobHead } from '../land-check/jobs/document.ts'
import { freeze } from '../land-check/jobs/freeze.ts'
import { type Common, type GivenItem, JobRequestSchema, type Webhook } from '../land-check/jobs/request.ts'
import { checkFilter, planSelection } from '../land-check/jobs/select.ts'
import { splitGeojson, splitTxtPlots } from '../land-check/jobs/split.ts'
import { getJob } from '../land-check/jobs/store.ts'
import { MOST_ITEMS, type NewJob, submitJob } from '../land-check/jobs/submit.ts'
import { LandCheckRequestSchema } from '../land-check/request.ts'
import { badRequest } from '../lib/errors.ts'
import { badField, noFile, tooLarge } from '../uploads/problems.ts'
import { type FormPlot, readParcelFile } from './land-check-form.ts'

const MiB = 1024 * 1024
const MOST_BODY = 64 * MiB
const MOST_FILE = 256 * MiB
const { default: DEFAULT_RULESET = '' } = LandCheckRequestSchema.properties.ruleset as { default?: string }

/** `POST /api/land-check-jobs`: many parcels at once. */
const landCheckJobsIntake: FastifyPluginAsyncTypebox = async app => {
  app.addHook('onRequest', app.authorize('checker'))
  const fileSize = Math.min(MOST_FILE, app.config.uploadMaxBytes)
  await app.register(multipart, { limits: { fieldSize: MiB, fields: 10, files: 1, parts: 15, fileSize } })

  /** What is in a form beside its fields, which are validated like any request. */
  const files = new WeakMap<FastifyRequest, { name: string; items: GivenItem[] }>()

  const readForm = async (request: FastifyRequest): Promise<Record<string, unknown>> => {
    const fields: Record<string, unknown> = {}
    for await (const part of request.parts()) {
      if (part.type === 'field') fields[part.fieldname.slice(0, 40)] = parseField(part.fieldname, String(part.value))
      else {
        if (part.fieldname !== 'file') {
          part.file.resume()
          throw noFile()
        }
        const bytes = await part.toBuffer().catch(error => {
          throw error.code === 'FST_REQ_FILE_TOO_LARGE' ? tooLarge({ limit: fileSize }) : error
        })
        const name = part.filename || 'file'
        files.set(request, { name, items: itemsOf(await readParcelFile(bytes, name, app.uploads, MOST_ITEMS)) })
      }
    }
    if (!files.has(request)) throw noFile()
    return fields
  }

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
      bodyLimit: MOST_BODY,
      preValidation: async request => {
        if (request.isMultipart()) request.body = await readForm(request)
      },
      schema: {
        tags: ['land-check'],
        consumes: ['application/json', 'multipart/form-data'],
        summary: '批量审查 Check many parcels: a list, a file, or features of a layer',
        description: `As JSON, or as multipart/form-data with the field file (界址点 TXT, zipped shapefile, GeoPackage, GeoJSON, KML: every
plot or feature is a parcel) and the fields common and webhook as JSON.`,
        body: JobRequestSchema,
        response: { 202: JobHeadSchema }
      }
    },
    async (request, reply) => {
      const { items, layer, filter = {} } = request.body
      const file = files.get(request)
      if ([items, layer, file].filter(given => given !== undefined).length !== 1) {
        throw badRequest({ reason: '须且只能有 items、layer、file 之一 exactly one of items, layer and file' })
      }
      const head = await submit(request, request.body, common => {
        if (items) return { source: { kind: 'items' }, items: { given: items.map(toGiven) } }
        if (file) return { source: { kind: 'file', name: file.name }, items: { given: file.items } }
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

const toGiven = ({ label, ...request }: Record<string, unknown>): GivenItem => ({
  ...(label !== undefined && { label: String(label) }),
  request
})

/** Every parcel of a file by itself: a TXT or GeoJSON comes as one text with all of them. */
function itemsOf(plots: FormPlot[]): GivenItem[] {
  return plots.flatMap(({ no, name, members }) => {
    const { txt, geojson, ...others } = members
    if (txt === undefined && geojson === undefined) return [{ label: name || no, request: others }]
    const parts = txt === undefined ? splitGeojson(geojson) : splitTxtPlots(String(txt))
    return parts.map(({ label, request }) => ({ label, request: { ...others, ...request } }))
  })
}

function parseField(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badField({ field: field.slice(0, 40), reason: '须为 JSON', reason_en: 'must be JSON' })
  }
}

export default landCheckJobsIntake
