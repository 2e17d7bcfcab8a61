import fp from 'fastify-plugin'
import { type Division, readDivisions } from '../catalog/divisions.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The district's divisions, province to village; read when first asked for. */
    divisions(): Promise<readonly Division[]>
  }
}

/** `app.divisions()`: province, city, district, towns and villages. */
export default fp(
  async app => {
    let read: Promise<Division[]> | undefined
    app.decorate('divisions', () => {
      read ??= readDivisions(app.catalog.district.code).catch(error => {
        read = undefined
        throw error
      })
      return read
    })
  },
  { name: 'divisions', dependencies: ['catalog'] }
)
