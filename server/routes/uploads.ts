import multipart from '@fastify/multipart'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { badField, cutOff, noFile, notMultipart, tooLarge } from '../uploads/problems.ts'
import { getUpload, listUploads, type Upload } from '../uploads/record.ts'
import type { Part } from '../uploads/uploads.ts'
import { UploadSchema } from './upload-schema.ts'

const FIELD_BYTES = 2000
/** What a form adds to its file: boundaries and text fields. */
const FORM_BYTES = 64 * 1024

const Id = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) })

/** `/api/uploads`: a file in, a layer out. Who may publish may see every upload. */
const uploads: FastifyPluginAsyncTypebox = async app => {
  const tags = ['uploads']
  const { uploadMaxBytes } = app.config
  await app.register(multipart, { limits: { fieldSize: FIELD_BYTES, fields: 20, parts: 25, fileSize: Infinity } })
  app.addHook('onRequest', app.authorize('publisher'))

  /** A wrong type and a declared length over the limit are answered before a byte of the body is read. */
  const refuseEarly = async (request: FastifyRequest) => {
    const type = request.headers['content-type'] ?? ''
    if (!/^multipart\/form-data\s*;/i.test(type))
      throw notMultipart({ type: type.replace(/[^\w/;=. +-]/g, '?').slice(0, 80) })
    if (Number(request.headers['content-length'] ?? 0) > uploadMaxBytes + FORM_BYTES)
      throw tooLarge({ limit: uploadMaxBytes })
  }

  app.post(
    '/api/uploads',
    {
      onRequest: refuseEarly,
      onError: async (_request, reply) => void reply.header('connection', 'close'),
      schema: {
        tags,
        consumes: ['multipart/form-data'],
        summary: 'Upload a file and publish it as a layer',
        description: `multipart/form-data with the text fields layer (id), title and title_en (for a new layer), mode (replace, append),
theme, department, sharing, dataset (which of several shapefiles in a zip), time and elevation (for a new layer: the property of
the file by whose dates or numbers clients of WMS choose features), and the field file: GeoJSON, or a zipped shapefile.`
      }
    },
    async (request, reply) => {
      const { id, form } = await app.uploads.receive(partsOf(request), request.principal?.id ?? '').catch(error => {
        throw request.raw.destroyed && !request.raw.complete ? cutOff({}, { cause: error }) : error
      })
      const self = `/api/uploads/${id}`
      const body = { id, layer: form.layer, status: 'received', links: { self } }
      return reply.code(202).header('location', self).send(body)
    }
  )

  app.get(
    '/api/uploads',
    {
      schema: {
        tags,
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }) }),
        response: { 200: Type.Object({ uploads: Type.Array(UploadSchema) }) }
      }
    },
    async request => ({ uploads: (await listUploads(app.db, request.query.limit)).map(withLinks) })
  )

  app.get(
    '/api/uploads/:id',
    { schema: { tags, params: Id, response: { 200: UploadSchema } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return withLinks(await getUpload(app.db, request.params.id))
    }
  )
}

const withLinks = (upload: Upload) => ({
  ...upload,
  links: {
    self: `/api/uploads/${upload.id}`,
    ...(upload.status === 'published' && { layer: `/api/layers/${upload.layer}` })
  }
})

async function* partsOf(request: FastifyRequest): AsyncGenerator<Part> {
  let files = 0
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      if (part.fieldname !== 'file' || ++files > 1) {
        part.file.resume()
        throw files > 1
          ? badField({ field: 'file', reason: '每次只能上传一个文件', reason_en: 'takes one file at a time' })
          : noFile()
      }
      yield { name: part.fieldname, fileName: part.filename || 'file', stream: part.file }
    } else {
      if (part.valueTruncated || part.fieldnameTruncated) {
        throw badField({ field: part.fieldname.slice(0, 40), reason: '过长', reason_en: 'is too long' })
      }
      yield { name: part.fieldname, text: String(part.value) }
    }
  }
}

export default uploads
