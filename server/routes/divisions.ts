import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { DIVISION_LEVELS, divisionTree } from '../catalog/divisions.ts'
import { defineProblem } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'

const divisionNotFound = defineProblem(
  'DIVISION_NOT_FOUND',
  404,
  { zh: '没有这个行政区划', en: 'No such division' },
  {
    zh: '没有代码为 {code} 的行政区划；代码为 12 位数字，/api/divisions 列出全部。',
    en: 'There is no division with code {code}; codes have 12 digits, /api/divisions lists all.'
  }
)

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
