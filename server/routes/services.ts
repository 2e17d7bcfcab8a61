import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { mayRead } from '../access/roles.ts'
import type { Layer } from '../catalog/layer.ts'
import { type Service, SORT_KEYS } from '../catalog/service.ts'
import { defineProblem } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'

const serviceNotFound = defineProblem(
  'SERVICE_NOT_FOUND',
  404,
  { zh: '没有这个服务', en: 'No such service' },
  {
    zh: '没有名为 {id} 的服务。/api/services 列出可用服务。',
    en: 'There is no service named {id}. /api/services lists those there are.'
  }
)

const LEVELS = ['district', 'town', 'village', 'grid'] as const
const Id = Type.String({ maxLength: 64 })
const Query = Type.Object({
  kind: Type.Optional(Type.Enum(['layer', 'map'])),
  theme: Type.Optional(Id),
  department: Type.Optional(Id),
  protocol: Type.Optional(Id),
  system: Type.Optional(Type.String({ maxLength: 64, description: 'A code of the code list city-system' })),
  sharing: Type.Optional(Type.Enum(['open', 'conditional', 'restricted'])),
  division: Type.Optional(
    Type.String({
      pattern: `^(${LEVELS.join('|')}|\\d{12})$`,
      description:
        'The level of division a layer is kept at, or a 12-digit code: only what has features in that division'
    })
  ),
  q: Type.Optional(
    Type.String({
      maxLength: 100,
      description:
        'Parts of id, title, department or theme in Chinese or English, or pinyin initials of the title (zjd); all must be found'
    })
  ),
  sort: Type.Optional(
    Type.Enum([...SORT_KEYS, ...SORT_KEYS.map(key => `-${key}` as const)], {
      description: 'With - in front: downwards'
    })
  ),
  limit: Type.Integer({ default: 100, minimum: 1, maximum: 500 }),
  offset: Type.Integer({ default: 0, minimum: 0 }),
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  key: Type.Optional(Type.String())
})

/** `/api/services`: every layer and map in every protocol that there is, as the caller may see it. */
const services: FastifyPluginAsyncTypebox = async app => {
  const tags = ['catalogue']

  app.get(
    '/api/services',
    { schema: { tags, summary: 'The services: layers and maps, by protocol', querystring: Query } },
    async (request, reply) => {
      const { limit, offset, division, ...rest } = request.query
      const level = LEVELS.find(known => known === division)
      const there = division && !level ? await app.layersInDivision(division) : undefined
      const query = { ...rest, division: level }
      const mine = reads(request)
      const found = app.services.list(
        query,
        layer => mine(layer) && (there?.has(layer.id) ?? true),
        id => app.usage.of(id),
        request.language
      )
      const base = app.baseUrl(request)
      const page = found.slice(offset, offset + limit)
      const next = offset + limit < found.length ? { next: nextPage(request, offset + limit) } : {}
      const body = JSON.stringify({
        total: found.length,
        limit,
        offset,
        protocols: app.services.protocols.map(({ id, title, type }) => ({ id, title, type })),
        services: page.map(service => written(app, service, base)),
        links: next
      })
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
  )

  app.get(
    '/api/services/:id',
    {
      schema: {
        tags,
        summary: 'A service, with its use by day',
        params: Type.Object({ id: Type.String({ maxLength: 100, description: '<layer or map>.<protocol>' }) })
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const service = app.services.find(id, reads(request))
      if (!service) throw serviceNotFound({ id })
      const { usage, ...rest } = written(app, service, app.baseUrl(request))
      const body = JSON.stringify({ ...rest, usage: { ...usage, days: await app.usage.days(id) } })
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
  )
}

const reads = (request: FastifyRequest) => (layer: Layer) => mayRead(request.principal, layer)

function written(app: FastifyInstance, { id, subject, facts, protocol }: Service, base: string) {
  const urls = protocol.urls(base, subject)
  const { layers, ...rest } = facts
  return {
    id,
    kind: subject.kind,
    protocol: protocol.id,
    type: protocol.type,
    title: subject.title,
    description: subject.description,
    url: Object.values(urls)[0],
    urls,
    ...rest,
    layers: layers.map(layer => layer.id),
    usage: app.usage.of(id),
    degraded: subject.degraded,
    links: {
      self: `/api/services/${id}`,
      ...(subject.kind === 'layer' && { layer: `/api/layers/${subject.id}` })
    }
  }
}

/** The same question with another offset; a key in it is not written into the answer. */
function nextPage(request: FastifyRequest, offset: number): string {
  const query = new URLSearchParams(request.url.split('?', 2)[1])
  query.delete('key')
  query.set('offset', String(offset))
  return `/api/services?${query}`
}

export default services
