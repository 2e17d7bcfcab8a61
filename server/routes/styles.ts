import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Catalog } from '../catalog/catalog.ts'
import type { Collection } from '../catalog/collection.ts'
import { composeStyle } from '../catalog/compose-style.ts'
import { DEFAULT } from '../catalog/named-styles.ts'
import type { Language } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'
import { GLYPHS_VERSION } from '../maps/glyphs.ts'
import { tileVersion } from '../tiles/scheme.ts'
import { styleOf } from './layer-styles-record.ts'

/** Behind a single layer's style. */
const PAPER = '#f8f8f6'

/** `/styles/{id}.json`: a complete MapLibre style of a map, a layer, or layers joined by commas; `/api/maps`. */
const styles: FastifyPluginAsyncTypebox = async app => {
  app.get('/api/maps', { schema: { tags: ['catalogue'], summary: 'The maps' } }, async request => {
    const visible = new Set(app.visibleLayers(request).map(layer => layer.id))
    return {
      maps: [...app.catalog.maps.values()].flatMap(({ id, title, description, layers, hidden = [] }) => {
        const shown = layers.filter(layer => visible.has(layer))
        if (shown.length === 0) return []
        const links = { style: `/styles/${id}.json`, tilejson: `/tiles/${id}.json`, picture: `/api/maps/${id}/picture` }
        return [{ id, title, description, layers: shown, hidden: hidden.filter(layer => visible.has(layer)), links }]
      })
    }
  })

  app.get(
    '/styles/:id.json',
    {
      schema: {
        tags: ['styles'],
        summary: 'A complete MapLibre style (version 8)',
        params: Type.Object({ id: Type.String({ description: 'A map, a layer, or layers joined by commas' }) }),
        querystring: Type.Object({
          style: Type.Optional(Type.String({ description: 'Of a layer: one of its styles; default: its default' })),
          lang: Type.Optional(Type.Enum(['zh', 'en'])),
          key: Type.Optional(Type.String())
        })
      }
    },
    async (request, reply) => {
      const { language, query } = request
      const collection = app.collection(request, request.params.id)
      const body = JSON.stringify(compose(app.catalog, collection, language, app.baseUrl(request), query))
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
  )
}

/** @throws STYLE_NOT_FOUND where one of the layers has no style of that name */
function compose(
  catalog: Catalog,
  collection: Collection,
  language: Language,
  baseUrl: string,
  { style: named = DEFAULT, key }: { style?: string; key?: string }
) {
  const { title, background = PAPER, tone, members, hidden } = collection
  const revisions = new Map(members.map(({ layer, revision }) => [layer.id, revision]))
  const view = { title: title[language], background, layers: [...revisions.keys()], hidden, tone }
  const style = composeStyle(catalog, view, {
    baseUrl,
    glyphsVersion: GLYPHS_VERSION,
    versionOf: layer => tileVersion(layer, revisions.get(layer.id) ?? 0),
    styleOf: layer => styleOf(layer, named).style
  })
  if (!key) return style
  // A client that signs by its URL needs the key in those that follow from it.
  const signed = Object.entries(style.sources).map(([id, source]) => [
    id,
    'url' in source ? { ...source, url: `${source.url}?key=${encodeURIComponent(key)}` } : source
  ])
  return { ...style, sources: Object.fromEntries(signed) }
}

export default styles
