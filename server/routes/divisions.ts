import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { DIVISION_LEVELS, divisionNotFound, divisionTree } from '../catalog/divisions.ts'
import { strongEtag } from '../lib/etag.ts'

/** `/api/divisions`: province, city, district, towns and villages (省市区镇村), as a tree or a list. */
const divisions: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/api/divisions',
    {
      schema: {
        tags: ['catalogue'],
        summary: 'The divisions of five levels: the tree, or with parent or level a list',
        querystring: Type.Object({
          parent: Type.Optional(
            Type.String({ maxLength: 12, description: 'A 12-digit code: what belongs to it directly' })
          ),
          level: Type.Optional(Type.Enum([...DIVISION_LEVELS]))
        })
      }
    },
    async (request, reply) => {
      const { parent, level } = request.query
      const all = await app.divisions()
      if (parent !== undefined && !all.some(({ code }) => code === parent)) throw divisionNotFound({ code: parent })
      const listed = all.filter(
        division => (!parent || division.parent === parent) && (!level || division.level === level)
      )
      const isTree = parent === undefined && level === undefined
      const body = JSON.stringify({ divisions: isTree ? divisionTree(all) : listed })
      if (reply.unchanged(strongEtag(body), 'public, no-cache')) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
  )
}

export default divisions
