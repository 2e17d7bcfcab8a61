import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { defineProblem } from '../lib/errors.ts'

const consoleNotBuilt = defineProblem(
  'CONSOLE_NOT_BUILT',
  503,
  { zh: '控制台尚未构建', en: 'The console is not built' },
  {
    zh: '没有找到控制台文件。请运行 npm run build；接口不受影响。',
    en: 'The files of the console are missing. Run npm run build; the API works all the same.'
  }
)

const YEAR_SECONDS = 31_536_000

/**
 * The console, `/`: files as Vite wrote them. Names under assets/ carry a hash of what is in them and never change;
 * index.html names the present ones and is asked for anew each time.
 */
const webConsole: FastifyPluginAsync = async app => {
  const root = app.config.webDir
  if (!existsSync(join(root, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, async () => {
      throw consoleNotBuilt()
    })
    return
  }
  await app.register(fastifyStatic, {
    root,
    prefix: '/',
    preCompressed: true,
    cacheControl: false,
    decorateReply: false,
    schemaHide: true,
    setHeaders(reply, path) {
      const hashed = path.includes('/assets/')
      reply.header('cache-control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
    }
  })
}

export default webConsole
