import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { mayRead } from '../access/roles.ts'
import { reasonsById } from '../catalog/degraded.ts'
import type { Layer } from '../catalog/layer.ts'
import { stylesOf } from '../catalog/named-styles.ts'
import { listRevisions } from '../catalog/revisions.ts'
import { defineProblem } from '../lib/errors.ts'

const layerDegraded = defineProblem(
  'LAYER_DEGRADED',
  503,
  { zh: '图层定义不可用', en: 'The layer is degraded' },
  {
    zh: '图层 {id} 的定义不可用：{reasons}。改正后重新启动服务。',
    en: 'The definition of layer {id} cannot be used: {reasons}. Put it right and restart the server.'
  }
)

const ListQuery = Type.Object({
  division: Type.Optional(
    Type.String({ pattern: '^\\d{12}$', description: 'A 12-digit code: only layers with features in that division' })
  ),
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  key: Type.Optional(Type.String())
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** `/api/layers`, `/api/codelists`: the catalogue as the caller may see it. */
const layers: FastifyPluginAsyncTypebox = async app => {
  const schema = { tags: ['catalogue'] }

  app.get('/api/layers', { schema: { ...schema, querystring: ListQuery } }, async request => {
    const { division } = request.query
    const there = division === undefined ? undefined : await app.layersInDivision(division)
    const visible = app.visibleLayers(request).filter(({ id }) => there?.has(id) ?? true)
    const used = new Set(visible.map(layer => layer.theme))
    return {
      themes: app.catalog.themes.filter(theme => used.has(theme.id)),
      layers: visible.map(layer => summary(app, layer))
    }
  })

  app.get('/api/layers/:id', { schema: { ...schema, params: IdParams } }, async request => {
    const { id } = request.params
    const degraded = reasonsById(app.catalog).get(id)
    // Of a definition that cannot be read nobody knows whom it is shared with: only who may read all is told why.
    if (degraded && !app.catalog.find(id) && mayRead(request.principal, { sharing: 'restricted' }))
      throw layerDegraded({ id, reasons: degraded.join('; ') }, { members: { degraded } })
    const layer = app.visibleLayer(request, id)
    return { ...summary(app, layer), fields: layer.fields, ...(degraded && { degraded }) }
  })

  app.get('/api/layers/:id/revisions', { schema: { ...schema, params: IdParams } }, async request => {
    const { id } = app.visibleLayer(request, request.params.id)
    return { layer: id, revisions: await listRevisions(app.db, id) }
  })

  app.get('/api/codelists', { schema }, async () => ({ codelists: [...app.catalog.codeLists.values()] }))

  app.get('/api/codelists/:id', { schema: { ...schema, params: IdParams } }, async request =>
    app.catalog.codeList(request.params.id)
  )
}

function summary(app: FastifyInstance, layer: Layer) {
  const { style: _style, styles: _styles, fields: _fields, department, ...definition } = layer
  return {
    ...definition,
    styles: stylesOf(layer).map(({ id, title, isDefault }) => ({ id, title, default: isDefault })),
    department: app.catalog.departments.get(department) ?? { id: department },
    ...app.catalog.state(layer.id),
    links: { self: `/api/layers/${layer.id}`, tilejson: `/tiles/${layer.id}.json`, style: `/styles/${layer.id}.json` }
  }
}

export default layers
