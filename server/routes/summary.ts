import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { archiveOf } from '../catalog/layer.ts'
import { withoutFeatures } from '../features/problems.ts'
import { parseBy, Summaries, type SummaryGroup } from '../features/summary.ts'
import { sridOf } from '../lib/crs.ts'
import { strongEtag } from '../lib/etag.ts'

/** `/api/layers/{id}/summary`: how many features, how large, by division and by code. */
const summary: FastifyPluginAsyncTypebox = async app => {
  const { workingCrs } = app.catalog.district
  const summaries = new Summaries(app.db, sridOf(workingCrs))

  app.get(
    '/api/layers/:id/summary',
    {
      schema: {
        tags: ['catalogue'],
        summary: 'Counts, areas (m²) or lengths (m) by division, by a code field, or both',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({
          by: Type.Optional(
            Type.String({
              maxLength: 130,
              description: 'district, town, village, or a code field; one of each: town,stage'
            })
          ),
          key: Type.Optional(Type.String())
        })
      }
    },
    async (request, reply) => {
      const layer = app.visibleLayer(request, request.params.id)
      if (archiveOf(layer)) throw withoutFeatures({ id: layer.id })
      const by = parseBy(layer, request.query.by)
      const { revision } = app.catalog.state(layer.id)
      if (reply.unchanged(strongEtag('summary', layer.id, revision, JSON.stringify(by)), 'private, no-cache'))
        return reply
      const groups = await summaries.get(layer, revision, by)
      const names = by.level ? new Map((await app.divisions()).map(({ code, name }) => [code, name])) : new Map()
      const list = layer.fields.find(field => field.name === by.field)?.codelist
      const titles = new Map(list ? app.catalog.codeLists.get(list)?.codes.map(({ code, title }) => [code, title]) : [])
      return {
        layer: layer.id,
        revision,
        by,
        crs: workingCrs,
        total: total(groups),
        groups: groups.map(({ division, code, ...sums }) => ({
          ...(division !== undefined && {
            division: division && { code: division, name: names.get(division) ?? null }
          }),
          ...(code !== undefined && { code: code && { code, title: titles.get(code) ?? null } }),
          ...sums
        }))
      }
    }
  )
}

function total(groups: readonly SummaryGroup[]) {
  const sum = (pick: (group: SummaryGroup) => number | undefined) =>
    groups.reduce<number | undefined>((all, group) => {
      const value = pick(group)
      return value === undefined ? all : (all ?? 0) + value
    }, undefined)
  return { count: sum(group => group.count) ?? 0, area: sum(group => group.area), length: sum(group => group.length) }
}

export default summary
