import t from 'tap'
import { compareLayer } from '../../scripts/checking/layers.ts'
import { onBothDatabases } from '../helper.ts'
import { plots, publishAll } from '../routes/catalogue.ts'
import { field, testLayer } from '../tiles/fixture.ts'

const source = (table: string) => ({ schema: 'legacy', table, geometry: 'shape', key: 'id' })

await onBothDatabases(t, async (t, db) => {
  await publishAll(db)
  const messages = async (layer: typeof plots) =>
    (await compareLayer(db, layer)).map(({ severity, message }) => `${severity}: ${message}`)

  t.test('a table that is as the layer says has no finding, nor has a layer never published', async t => {
    t.strictSame(await messages(plots), [])
    t.strictSame(await messages(testLayer('never-published')), [])
  })

  t.test('columns that are missing or of another type are named', async t => {
    const fields = [...plots.fields.filter(({ name }) => name !== 'storeys'), field('storeys', 'text'), field('owner')]
    t.strictSame(await messages({ ...plots, fields }), [
      'error: column owner is missing',
      'error: column storeys is bigint, not text (field type text)'
    ])
  })

  t.test('a dropped index and a dropped table are found', async t => {
    await db.run('DROP INDEX data.test_plot_geom')
    t.strictSame(await messages(plots), ['warning: there is no spatial index on geom'])
    await db.run('DROP TABLE data.test_plot')
    t.strictSame(await messages(plots), ['error: there is no table data.test_plot'])
  })

  t.test('of a table published in place: no CRS, no index, keys twice, invalid and absent geometries', async t => {
    await db.run(`CREATE SCHEMA legacy;
      CREATE TABLE legacy.good (id integer, code text, shape geometry(Polygon, 4547));
      CREATE INDEX ON legacy.good USING gist (shape);
      INSERT INTO legacy.good VALUES (1, 'a', ST_MakeEnvelope(400000, 2550000, 400100, 2550100, 4547));
      CREATE TABLE legacy.bad (id integer, code text, shape geometry);
      INSERT INTO legacy.bad VALUES (1, 'a', 'POLYGON((0 0,1 1,1 0,0 1,0 0))'), (1, 'b', NULL), (2, 'c', 'POINT(0 0)');`)
    t.strictSame(await messages(testLayer('a-layer', { source: source('good') })), [])
    t.strictSame(await messages(testLayer('a-layer', { source: source('bad') })), [
      'error: geometries have the SRID 0',
      'error: 1 keys occur more than once',
      'warning: 1 of 3 geometries are invalid',
      'warning: 1 of 3 rows have no geometry',
      'warning: there is no spatial index on shape'
    ])
    t.strictSame(await messages(testLayer('a-layer', { source: source('none') })), [
      'error: there is no table legacy.none'
    ])
  })
})
