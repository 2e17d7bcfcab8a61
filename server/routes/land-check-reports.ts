import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { LandCheckResult } from '../land-check/answer/result.ts'
import { landCheckUnknown } from '../land-check/problems.ts'
import { htmlReport } from '../land-check/report/html.ts'
import { VARIANTS, type Variant } from '../land-check/report/input.ts'
import { makeReport } from '../land-check/report/make-report.ts'
import { partsGeojson, partsOf } from '../land-check/report/parts.ts'
import { pdfWriter } from '../land-check/report/pdf-writer.ts'
import { projectResult, wktOfCrs } from '../land-check/report/project.ts'
import { shapefilesOf } from '../land-check/report/shapefile.ts'
import { partsTxt } from '../land-check/report/txt.ts'
import { verifyPage } from '../land-check/report/verify-page.ts'
import { zipFile } from '../land-check/report/zip-file.ts'
import { findRecorded } from '../land-check/trust/record.ts'
import { glanceAt } from '../land-check/trust/verify.ts'
import { type Language, unavailable } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'

const IdParams = Type.Object({ id: Type.String({ pattern: '^lc_[0-9A-HJKMNP-TV-Z]{26}$' }) })
const Lang = Type.Enum(['zh', 'en'], { default: 'zh' })
const ReportQuery = Type.Object({
  variant: Type.Enum([...VARIANTS], { default: 'full', description: 'public: for 公示, without data of people' }),
  lang: Lang
})
/** What was answered never changes; what is made of it does with the server's version, which the ETag holds. */
const CACHE_CONTROL = 'private, max-age=86400'
/** More would wait longer than a client does. */
const MOST_PENDING = 100

/** Reports of kept land-checks as HTML and PDF, and their geometries for other programs. */
const landCheckReports: FastifyPluginAsyncTypebox = async app => {
  const tags = ['land-check']
  const onRequest = app.authorize('checker')
  const { db, catalog } = app
  const writer = pdfWriter()
  app.addHook('onClose', () => writer.close())

  /** The kept answer, unless the client has what would be made of it. */
  const unlessKnown = async (request: FastifyRequest, reply: FastifyReply, id: string, ...parts: string[]) => {
    const found = await findRecorded(db, id)
    if (!found) throw landCheckUnknown({ id })
    const etag = strongEtag(id, request.routeOptions.url ?? '', app.landCheck.version, ...parts)
    return reply.unchanged(etag, CACHE_CONTROL) ? null : (JSON.parse(found.body) as LandCheckResult)
  }

  const reportFor = (result: LandCheckResult, base: string, variant: Variant, language: Language) => {
    const { ruleset, resultHash } = result.provenance
    return makeReport(db, catalog, result, {
      language,
      variant,
      verifyUrl: `${base}/verify/${result.id}?hash=${resultHash}`,
      timeZone: app.landCheck.rulesets.get(ruleset.id)?.timeZone ?? 'UTC'
    })
  }

  const named = (reply: FastifyReply, id: string, extension: string, how = 'attachment') =>
    reply.header('content-disposition', `${how}; filename="${id}.${extension}"`)

  app.get(
    '/api/land-checks/:id/report.html',
    {
      onRequest,
      schema: { tags, summary: '审查报告 Report, for screen and paper', params: IdParams, querystring: ReportQuery }
    },
    async (request, reply) => {
      const { id } = request.params
      const { variant, lang } = request.query
      const base = app.baseUrl(request)
      const result = await unlessKnown(request, reply, id, variant, lang, base)
      if (!result) return reply
      const { body, policy } = htmlReport(await reportFor(result, base, variant, lang))
      return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(body)
    }
  )

  app.get(
    '/api/land-checks/:id/report.pdf',
    {
      onRequest,
      schema: { tags, summary: '审查报告（PDF，A4） Report as PDF', params: IdParams, querystring: ReportQuery }
    },
    async (request, reply) => {
      const { id } = request.params
      const { variant, lang } = request.query
      const base = app.baseUrl(request)
      const result = await unlessKnown(request, reply, id, variant, lang, base)
      if (!result) return reply
      if (writer.pending >= MOST_PENDING) throw unavailable({ what: 'PDF' })
      const pdf = Buffer.from(await writer.run(await reportFor(result, base, variant, lang)))
      return named(reply, id, 'pdf', 'inline').type('application/pdf').send(pdf)
    }
  )

  app.get(
    '/api/land-checks/:id/features.geojson',
    { onRequest, schema: { tags, summary: '图形（GeoJSON） Its geometries as GeoJSON', params: IdParams } },
    async (request, reply) => {
      const { id } = request.params
      const result = await unlessKnown(request, reply, id)
      if (!result) return reply
      return named(reply, id, 'geojson').type('application/geo+json').send(partsGeojson(result))
    }
  )

  app.get(
    '/api/land-checks/:id/features.zip',
    {
      onRequest,
      schema: { tags, summary: '图形（shapefile） Its geometries as a zipped shapefile, working CRS', params: IdParams }
    },
    async (request, reply) => {
      const { id } = request.params
      const result = await unlessKnown(request, reply, id)
      if (!result) return reply
      const projected = await projectResult(db, result)
      const prj = await wktOfCrs(db, result.parcel.crsWorking)
      const zip = zipFile(shapefilesOf(id, partsOf(result, projected), prj), new Date(result.createdAt))
      return named(reply, id, 'zip').type('application/zip').send(zip)
    }
  )

  app.get(
    '/api/land-checks/:id/features.txt',
    {
      onRequest,
      schema: { tags, summary: '界址点坐标 TXT The parcel and its net parts as boundary-point TXT', params: IdParams }
    },
    async (request, reply) => {
      const { id } = request.params
      const result = await unlessKnown(request, reply, id)
      if (!result) return reply
      const txt = partsTxt(result, await projectResult(db, result), catalog.district.title.zh)
      return named(reply, id, 'txt').type('text/plain; charset=utf-8').send(txt)
    }
  )

  // Open to anybody who holds a report, as /api/land-checks/{id}/verify is.
  app.get(
    '/verify/:id',
    {
      schema: {
        tags,
        summary: '报告核验页 The page a report’s QR code leads to',
        params: IdParams,
        querystring: Type.Object({
          hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
          lang: Type.Optional(Lang)
        })
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const { hash } = request.query
      const glance = await glanceAt(db, id, hash)
      const { body, policy } = verifyPage(id, hash, glance, request.language)
      reply.header('content-security-policy', policy).header('cache-control', 'no-store')
      return reply
        .code(glance.exists ? 200 : 404)
        .type('text/html; charset=utf-8')
        .send(body)
    }
  )
}

export default landCheckReports
