import fp from 'fastify-plugin'
import { Uploads } from '../uploads/uploads.ts'

declare module 'fastify' {
  interface FastifyInstance {
    uploads: Uploads
  }
}

/** `app.uploads`: takes files in and publishes them. */
export default fp(
  async app => {
    const { dataDir, gdal, uploadMaxBytes, uploadMaxUnpackedBytes } = app.config
    const uploads = await Uploads.start({
      db: app.db,
      catalog: app.catalog,
      refreshCatalog: () => app.refreshCatalog(),
      dataDir,
      gdal,
      maxBytes: uploadMaxBytes,
      maxUnpackedBytes: uploadMaxUnpackedBytes,
      onFault: (error, uploadId) => app.log.error({ err: error, uploadId }, 'an upload failed')
    })
    app.log.info(uploads.gdal, 'GDAL is ready')
    app.decorate('uploads', uploads)
    app.addHook('onClose', () => uploads.close())
  },
  { name: 'uploads', dependencies: ['config', 'database', 'catalog'] }
)
