import { join } from 'node:path'
import fp from 'fastify-plugin'
import { archiveOf } from '../catalog/layer.ts'
import { Archives } from '../tiles/archive/archives.ts'
import { noteArchives } from '../tiles/archive/note-archives.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The files of DATA_DIR/archives that layers' tiles are stored in. */
    archives: Archives
  }
}

const POLL_MS = 5000

/** `app.archives`: archives of finished tiles. A file that is replaced is taken up within seconds. */
export default fp(
  async app => {
    const archives = new Archives(join(app.config.dataDir, 'archives'))
    app.decorate('archives', archives)
    app.addHook('onClose', () => archives.close())
    if (!app.catalog.layers().some(archiveOf)) return

    // One look at a time.
    let last: Promise<void> = Promise.resolve()
    const look = (): Promise<void> => {
      last = last
        .then(() => noteArchives(app.catalog, archives))
        .catch(error => app.log.error(error, 'the archives of tiles were not looked at'))
      return last
    }
    await look()
    for (const problem of app.catalog.problems.filter(({ pointer }) => pointer === '/source'))
      app.log.warn(problem, 'catalogue problem')
    archives.onChange = () => void look()
    const timer = setInterval(look, POLL_MS).unref()
    app.addHook('onClose', async () => {
      clearInterval(timer)
      await last
    })
  },
  { name: 'archives', dependencies: ['config', 'catalog'] }
)
