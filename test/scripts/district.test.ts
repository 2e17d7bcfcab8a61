import t from 'tap'
import { asker, checkServices, listServices } from '../../scripts/checking/check.ts'
import { seed } from '../../scripts/seeding/seed.ts'
import { onBothDatabases, testApp } from '../helper.ts'

/** A tenth of the demonstration's default: small layers are whole at any scale, and none is empty. */
const SCALE = 0.002

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db)

  t.test('the whole catalogue loads, with nothing to report', async t => {
    t.strictSame(app.catalog.problems, [])
    const layers = app.catalog.layers().filter(layer => layer.geometry !== 'Raster')
    t.equal(layers.length, 159)
    t.ok(app.catalog.maps.size >= 12, `${app.catalog.maps.size} maps`)
  })

  t.test('the demonstration district leaves no layer empty, and every service answers', async t => {
    await seed(db, app.catalog, { scale: SCALE })
    await app.refreshCatalog()
    const empty = app.catalog.layers().filter(layer => app.catalog.state(layer.id).featureCount === 0)
    t.strictSame(
      empty.map(layer => layer.id),
      []
    )

    const base = await app.listen({ port: 0 })
    const ask = asker(base, as.admin.authorization.split(' ')[1])
    const services = await listServices(ask)
    const ids = [...app.catalog.layers().map(({ id }) => id), ...app.catalog.maps.keys()]
    t.strictSame(
      services.map(({ id }) => id).toSorted(),
      ids.flatMap(id => ['tiles', 'wmts', 'wms'].map(protocol => `${id}.${protocol}`)).toSorted()
    )
    // The same tiles again by WMTS: every one on PostGIS, every fifth on the embedded database, which takes far longer.
    const again = services
      .filter(({ id }) => id.endsWith('.wmts'))
      .filter((_, i) => db.kind === 'postgres' || i % 5 === 0)
    const pictured = services.filter(({ id }) => id.endsWith('.wms')).filter((_, i) => i % 5 === 0)
    const asked = [...services.filter(({ id }) => id.endsWith('.tiles')), ...again, ...pictured]
    for (const { id, ok, answer } of await checkServices(asked, ask)) t.ok(ok, `${id}: ${answer}`)
  })
})
