import { join } from 'node:path'
import fp from 'fastify-plugin'
import { Glyphs } from '../maps/glyphs.ts'
import { Sprites } from '../maps/sprites.ts'

declare module 'fastify' {
  interface FastifyInstance {
    glyphs: Glyphs
    sprites: Sprites
  }
}

/** `app.glyphs`, `app.sprites`: the characters and icons that map clients draw with. */
export default fp(
  async app => {
    const glyphs = new Glyphs({
      folder: join(app.config.dataDir, 'glyphs'),
      onFailure: error => app.log.warn({ err: error }, 'glyphs cannot be kept on disk')
    })
    app.addHook('onClose', () => glyphs.close())
    app.decorate('glyphs', glyphs)
    app.decorate('sprites', new Sprites(app.catalog.sprites))
  },
  { name: 'maps', dependencies: ['config', 'catalog'] }
)
