import fp from 'fastify-plugin'
import { type Division, divisionNotFound, PREFIX_LENGTH, readDivisions } from '../catalog/divisions.ts'
import { Presence } from '../features/presence.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The district's divisions, province to village; read when first asked for. */
    divisions(): Promise<readonly Division[]>
    /**
     * Ids of the layers that have features in a division, by its 12-digit code.
     * @throws DIVISION_NOT_FOUND
     */
    layersInDivision(code: string): Promise<ReadonlySet<string>>
  }
}

/** `app.divisions()`: province, city, district, towns and villages; and which layers have features there. */
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

    const presence = new Presence(app.db)
    app.decorate('layersInDivision', async code => {
      const division = (await app.divisions()).find(known => known.code === code)
      if (!division) throw divisionNotFound({ code })
      const { catalog } = app
      const published = catalog
        .layers()
        .filter(layer => catalog.state(layer.id).revision > 0 && !catalog.isTableMissing(layer.id) && !layer.stored)
      return presence.in(code.slice(0, PREFIX_LENGTH[division.level]), catalog.version, published)
    })
  },
  { name: 'divisions', dependencies: ['catalog', 'database'] }
)
