import fp from 'fastify-plugin'
import type { Layer } from '../catalog/layer.ts'
import { parseView, type ViewQuery } from '../tiles/parse-view.ts'
import { PastRevisions } from '../tiles/past-revisions.ts'
import type { LayerView } from '../tiles/view.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What a tile is to show of each of its layers; see `parseView` for what it throws. */
    parseView(query: ViewQuery, layers: readonly Layer[]): Promise<LayerView[]>
  }
}

/** `app.parseView`: `?fields`, `?filter`, `?division` and `?asof` of tiles, whatever protocol they come by. */
export default fp(
  async app => {
    const { catalog } = app
    const context = { catalog, past: new PastRevisions(app.db), divisions: () => app.divisions() }
    app.decorate('parseView', (query, layers) => parseView(query, layers, context))
  },
  { name: 'views', dependencies: ['catalog', 'database', 'divisions'] }
)
