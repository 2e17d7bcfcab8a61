import t from 'tap'
import { literalSql, sql } from '../../server/lib/sql.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { decode, field, propertyOf, testLayer } from '../tiles/fixture.ts'
import { form, formType } from '../uploads/client.ts'
import { testCatalogue } from './catalogue.ts'

const style = (id: string) => [{ id: `${id}-fill`, type: 'fill', 'source-layer': id }]
const source = (table: string, more = {}) => ({ schema: 'legacy', table, geometry: 'Shape', key: 'OBJECTID', ...more })
const layers = [
  testLayer('old-parcel', {
    style: style('old-parcel'),
    fields: [field('code'), field('height', 'number')],
    source: source('Parcels "2019"', { versionColumn: 'edited' })
  }),
  testLayer('old-view', { style: style('old-view'), source: source('parcel_view', { key: 'code' }) }),
  testLayer('old-lost', { style: style('old-lost'), source: source('nowhere') }),
  testLayer('old-wrong', { style: style('old-wrong'), fields: [field('owner')], source: source('Parcels "2019"') })
]

await onBothDatabases(t, async (t, db) => {
  await db.run(`CREATE SCHEMA legacy;
    CREATE TABLE legacy."Parcels ""2019""" ("OBJECTID" integer PRIMARY KEY, code varchar(20), height numeric(6,2),
      edited timestamp NOT NULL DEFAULT '2020-01-01', "Shape" geometry(Polygon, 4547));
    CREATE VIEW legacy.parcel_view AS SELECT code, "Shape" FROM legacy."Parcels ""2019""";`)
  const insert = (id: number, x: number, edited = '2020-01-01') =>
    db.query(sql`INSERT INTO legacy."Parcels ""2019""" VALUES (${id}::integer, ${`C${id}`}, 3.5, ${edited}::timestamp,
      ST_MakeEnvelope(${x}::float8, 2550000, ${x + 100}::float8, 2550100, 4547))`)
  await insert(1, 401000)
  await insert(2, 401200)
  await db.query(sql`INSERT INTO legacy."Parcels ""2019""" VALUES (3, 'no shape', NULL, '2019-01-01', NULL)`)
  const { app, as } = await testApp(t, db, await testCatalogue(t, layers))
  const get = async (url: string) => (await app.inject({ url, headers: as.publisher })).json()
  const codes = async (id: string) => {
    const [west = 0, south = 0, east = 0, north = 0] = (await get(`/tiles/${id}.json`)).bounds
    const { z, x, y } = tileAt(14, (west + east) / 2, (south + north) / 2)
    const tile = await app.inject(`/tiles/${id}/${z}/${x}/${y}.mvt`)
    return propertyOf(decode(tile.rawPayload), id, 'code')
  }

  t.test('a table of another CRS, with names of its own, is a layer like others', async t => {
    const layer = await get('/api/layers/old-parcel')
    t.match(layer, { revision: 1, featureCount: 2 })
    t.ok(
      layer.bounds[0] > 113.02 && layer.bounds[2] < 113.05 && layer.bounds[1] > 23.04 && layer.bounds[3] < 23.06,
      String(layer.bounds)
    )
    t.strictSame(await codes('old-parcel'), ['C1', 'C2'])
    t.strictSame(await codes('old-view'), ['C1', 'C2'], 'a view, whose key is text')
    const { total } = await get('/api/layers/old-parcel/summary')
    t.ok(Math.abs(total.area - 20000) < 0.01, `${total.area} m²`)
    t.ok((await get('/api/services')).services.some((service: { id: string }) => service.id === 'old-view.tiles'))
  })

  t.test('a table that does not fit is degraded, with the reason, and no service', async t => {
    const { degraded } = (await get('/health/ready')).layers
    t.match(
      degraded.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)),
      [
        { id: 'old-lost', reason: /no table "legacy"\."nowhere"/ },
        { id: 'old-wrong', reason: /no column owner/ }
      ]
    )
    const ids = (await get('/api/services')).services.map((service: { id: string }) => service.id)
    t.notOk(ids.includes('old-lost.tiles') || ids.includes('old-wrong.tiles'))
  })

  t.test('a change is a new revision; nothing changed is none', async t => {
    await app.publishInPlace()
    t.match(await get('/api/layers/old-parcel'), { revision: 1 })
    await insert(4, 401400, '2024-01-01')
    await db.query(sql`SELECT pg_notify('yitu_source', 'old-parcel')`)
    for (let i = 0; i < 100 && app.catalog.state('old-parcel').revision < 2; i++)
      await new Promise(r => setTimeout(r, 50))
    t.match(await get('/api/layers/old-parcel'), { revision: 2, featureCount: 3 })
    t.strictSame(await codes('old-parcel'), ['C1', 'C2', 'C4'])
    await db.query(sql`UPDATE legacy."Parcels ""2019""" SET code = 'C9' WHERE "OBJECTID" = 4`)
    await app.publishInPlace('old-view')
    t.strictSame(await codes('old-view'), ['C1', 'C2', 'C9'], 'without a version column every row is compared')
  })

  t.test('nobody uploads into a table that is published in place', async t => {
    const geometry = { type: 'Point', coordinates: [113, 23] }
    const collection = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry }] }
    const payload = form({ layer: 'old-parcel' }, { name: 'a.geojson', data: Buffer.from(JSON.stringify(collection)) })
    const headers = { ...as.publisher, 'content-type': formType }
    const answer = await app.inject({ method: 'POST', url: '/api/uploads', headers, payload })
    t.match(answer.json(), { status: 409, code: 'UPLOAD_LAYER_READ_ONLY' })
    const [count] = await db.query(literalSql('SELECT count(*)::integer AS n FROM legacy."Parcels ""2019"""'))
    t.strictSame(count, { n: 4 })
  })
})
