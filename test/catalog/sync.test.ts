import t from 'tap'
import { loadCatalog, printProblem } from '../../server/catalog/load.ts'
import { refreshCatalog } from '../../server/catalog/sync.ts'
import { type Database, name, sql } from '../../server/lib/sql.ts'
import { onBothDatabases, ROOT } from '../helper.ts'

const definition = {
  theme: 'transport',
  title: { zh: '公交站', en: 'Bus stops' },
  department: 'transport',
  geometry: 'Point',
  fields: [{ name: 'name', type: 'text', title: { zh: '名称', en: 'Name' } }],
  sharing: 'open',
  updateCycle: 'irregular',
  divisionLevel: 'district',
  systems: ['gis'],
  zoom: { min: 8, max: 20 },
  standard: 'local',
  landCheck: { role: 'none' }
}
const style = [{ id: 'stops', type: 'circle', 'source-layer': 'stops' }]

async function insert(db: Database, id: string, definition: unknown, style: unknown, revision = 1) {
  await db.query(sql`CREATE TABLE IF NOT EXISTS ${name('data', id.replaceAll('-', '_'))} ()`)
  await db.query(sql`INSERT INTO yitu.layer (id, definition, style, revision, feature_count, bounds, content_hash, updated_at)
    VALUES (${id}, ${definition === null ? null : JSON.stringify(definition)}::jsonb,
      ${style === null ? null : JSON.stringify(style)}::jsonb, ${revision}, 7, '[113, 23, 113.1, 23.1]'::jsonb, 'abc',
      '2026-03-01T08:00:00+08:00')`)
}

const publish = (db: Database, id: string, revision: number, kind: string, mode: string) =>
  db.query(sql`INSERT INTO yitu.revision (layer_id, revision, kind, mode, actor, inserted, updated, removed, feature_count, content_hash)
    VALUES (${id}, ${revision}, ${kind}, ${mode}, 'test', 0, 0, 0, 0, '')`)

await onBothDatabases(t, async (t, db) => {
  const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
  const files = catalog.layers().length

  t.test('before anything was published a layer stands at revision 0', async t => {
    await refreshCatalog(db, catalog)
    t.equal(catalog.layers().length, files)
    t.match(catalog.state('poi'), { revision: 0, featureCount: 0, bounds: null, updatedAt: null })
  })

  t.test('states of file layers and layers made by upload are taken over', async t => {
    await insert(db, 'poi', null, null, 3)
    await insert(db, 'stops', definition, style)
    await insert(db, 'plain', definition, null)
    await refreshCatalog(db, catalog)
    t.strictSame(catalog.problems, [])
    t.strictSame(catalog.state('poi'), {
      revision: 3,
      featureCount: 7,
      bounds: [113, 23, 113.1, 23.1],
      contentHash: 'abc',
      updatedAt: '2026-03-01T00:00:00.000Z',
      synthetic: false
    })
    t.match(catalog.get('stops'), { id: 'stops', theme: 'transport', origin: 'upload', style })
    t.match(catalog.get('plain').style, [{ id: 'plain', type: 'circle' }, { id: 'plain-label' }], 'a default style')
    t.equal(catalog.layers().length, files + 2)
  })

  t.test('a definition that cannot be used is a problem, not a crash', async t => {
    await insert(db, 'river-line', definition, null)
    await insert(db, 'shapeless', { ...definition, geometry: 'Blob', color: 1 }, null)
    await insert(db, 'no-theme', { ...definition, theme: 'nowhere' }, null)
    await insert(db, 'number', 5, null)
    await insert(db, 'ugly', definition, [{ id: 'stops', type: 'circle', 'source-layer': 'ugly' }])
    await refreshCatalog(db, catalog)
    t.strictSame(catalog.problems.map(printProblem).toSorted(), [
      'yitu.layer/no-theme there is no theme "nowhere"',
      'yitu.layer/number /definition must be object',
      'yitu.layer/river-line layers/ has a layer named "river-line"',
      'yitu.layer/shapeless /definition must not have "color"',
      'yitu.layer/shapeless /definition/geometry must be one of Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon, Raster',
      'yitu.layer/ugly /0/id must be "ugly" or begin with "ugly-"'
    ])
    t.equal(catalog.get('river-line').origin, 'file')
    t.match(catalog.get('ugly').style, [{ id: 'ugly' }, {}], 'drawn in the default style')
    t.throws(() => catalog.get('shapeless'), { code: 'LAYER_NOT_FOUND', status: 404 })
    await db.query(sql`DELETE FROM yitu.layer WHERE id NOT IN ('poi', 'stops')`)
    await refreshCatalog(db, catalog)
    t.strictSame(catalog.problems, [], 'what was put right is no problem any more')
    t.equal(catalog.find('plain'), undefined, 'what is gone is gone')
  })

  t.test('a layer is synthetic until an upload has replaced the seed', async t => {
    const synthetic = async () => {
      await refreshCatalog(db, catalog)
      return catalog.state('poi').synthetic
    }
    for (const [revision, kind, mode, expected] of [
      [1, 'seed', 'replace', true],
      [2, 'upload', 'append', true],
      [3, 'upload', 'replace', false],
      [4, 'upload', 'append', false],
      [5, 'rollback', 'replace', true],
      [6, 'upload', 'replace', false]
    ] as const) {
      await publish(db, 'poi', revision, kind, mode)
      t.equal(await synthetic(), expected, `after revision ${revision}: ${kind}, ${mode}`)
    }
  })
})
