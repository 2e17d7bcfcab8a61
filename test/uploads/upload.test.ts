import { readFile } from 'node:fs/promises'
import type { Polygon } from 'geojson'
import t from 'tap'
import { sql } from '../../server/lib/sql.ts'
import { mapFields } from '../../server/uploads/mapping.ts'
import { emptyReport } from '../../server/uploads/report.ts'
import { stageFeatures } from '../../server/uploads/stage-features.ts'
import { createStaging, dropStaging } from '../../server/uploads/staging.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { DATA, geojson, plot, sender, withoutData } from './client.ts'
import { field, testLayer } from './layers.ts'
import { zip } from './zip.ts'

const PLAN = `${DATA}/planning-fr/documents/30014_PLU_20171013/Donnees_geographiques/30014_ZONE_URBA_20171013`

async function shapefile(
  path: string,
  extensions = ['shp', 'shx', 'dbf', 'prj', 'cpg'],
  stem = 'zones'
): Promise<Buffer> {
  return zip(
    await Promise.all(extensions.map(async e => ({ name: `${stem}.${e}`, data: await readFile(`${path}.${e}`) })))
  )
}

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db)
  const { upload } = sender(app, as.publisher)

  t.test('the towns of the district become a layer, with the areas they have', { skip: withoutData }, async t => {
    const file = await readFile(`${DATA}/nanhai/towns/nanhai_towns_osm.geojson`)
    const ended = await upload({ layer: 'towns', title: '镇街', title_en: 'Towns' }, file)
    t.match(ended, { status: 'published', revision: 1, problem: null })
    t.match(ended.report, { errors: 0, source: { features: 7, crs: 'OGC:CRS84' }, result: { inserted: 7 } })
    const rows = await db.query<{ name: string; km2: number }>(
      sql`SELECT name, round((ST_Area(ST_Transform(geom, 4547)) / 1e6)::numeric, 2)::float8 AS km2 FROM data.towns ORDER BY km2 DESC`
    )
    t.strictSame(
      rows.map(({ name, km2 }) => [name, km2]),
      [
        ['狮山镇', 336.86],
        ['西樵镇', 173.77],
        ['里水镇', 149.29],
        ['丹灶镇', 142.37],
        ['九江镇', 93.62],
        ['大沥镇', 90.88],
        ['桂城街道', 83.72]
      ]
    )
    const layer = app.catalog.get('towns')
    t.match(layer, { geometry: 'MultiPolygon', theme: 'uploads', title: { zh: '镇街', en: 'Towns' }, origin: 'upload' })
    t.ok(layer.style.length > 0)
    t.equal(layer.fields[0]?.name, 'osm_id', 'the business key')
    t.match((await app.inject('/api/layers/towns')).json(), { id: 'towns', featureCount: 7 })
    t.same((await upload({ layer: 'towns' }, file)).report.result?.unchanged, true, 'the same again is no revision')
  })

  t.test('a French zoning plan goes up as it is, with its accents and its areas', { skip: withoutData }, async t => {
    const ended = await upload({ layer: 'zone-urba', title: 'Zonage' }, await shapefile(PLAN), 'plan.zip')
    t.match(ended, { status: 'published', report: { source: { features: 90, crs: 'RGF_1993_Lambert_93' } } })
    t.ok(ended.report.notes.some(note => /Z and M/.test(note.en)))
    const [row] = await db.query<{ libelong: string }>(
      sql`SELECT libelong FROM data.zone_urba WHERE libelle = 'Ucp' ORDER BY fid LIMIT 1`
    )
    t.equal(row?.libelong, 'Zone urbaine soumise à des prescriptions architecturales particulières')
    const stored = await db.query<{ area: number }>(
      sql`SELECT ST_Area(ST_Transform(geom, 2154)) AS area FROM data.zone_urba ORDER BY fid`
    )
    const drawn = areasOf(await readFile(`${PLAN}.shp`))
    t.equal(stored.length, drawn.length)
    const off = Math.max(...stored.map(({ area }, i) => Math.abs(area - (drawn[i] ?? 0))))
    t.ok(off < 0.01, `areas are off by ${off} m² at most`)
    t.match(app.catalog.get('zone-urba').fields[0], { name: 'feature_no' }, 'no column is unique: features are counted')
  })

  t.test('an existing layer is filled by name, by cut name and by title, and its code lists are kept to', async t => {
    const layer = testLayer('existing', {
      origin: 'upload',
      geometry: 'Polygon',
      fields: [
        field('parcel_number'),
        field('owner', 'text', { title: { zh: '权属单位名称', en: 'Owner' } }),
        field('area', 'number', { title: { zh: '面积', en: 'Area' } }),
        field('sharing', 'code', { codelist: 'closed' }),
        field('kind', 'code', { codelist: 'open' })
      ]
    })
    const report = emptyReport()
    const { mapped, notes } = mapFields(layer, ['PARCEL_NUM', '权属单位名', '面积', 'SHARING', 'kind', 'other'])
    t.strictSame(
      mapped.map(({ from }) => from),
      ['PARCEL_NUM', '权属单位名', '面积', 'SHARING', 'kind']
    )
    t.match(notes, [{ en: /which were left out: other/ }])
    const list = (id: string, open: boolean) => ({
      id,
      open,
      title: layer.title,
      codes: [{ code: '01', title: layer.title }]
    })
    const codeLists = new Map([
      ['closed', list('closed', false)],
      ['open', list('open', true)]
    ])
    await createStaging(db, layer, 'existing')
    async function* features() {
      const properties = { PARCEL_NUM: 'P1', 权属单位名: '甲', 面积: '12.50', SHARING: '02', kind: '99' }
      yield { index: 0, properties, geometry: plot({}).geometry as Polygon }
      yield {
        index: 1,
        properties: { ...properties, PARCEL_NUM: 'P2', SHARING: '01' },
        geometry: plot({}).geometry as Polygon
      }
    }
    const progress = async () => {}
    await stageFeatures(db, layer, features(), report, { stagingId: 'existing', mapped, codeLists, progress })
    t.match(report, { errors: 1, warnings: 2, counts: { 'unknown-code': 3 } })
    t.match(await db.query(sql`SELECT feature_id, owner, area, sharing, kind FROM staging.existing`), [
      { feature_id: 'P2', owner: '甲', area: 12.5, sharing: '01', kind: '99' }
    ])
    await dropStaging(db, 'existing')
  })

  t.test('append, replace and again the same', async t => {
    const layer = 'plots'
    const first = await upload(
      { layer, title: '地块' },
      geojson([plot({ code: 'a', n: 1 }), plot({ code: 'b', n: 2 }, 113.1)])
    )
    t.match(first, { status: 'published', revision: 1 })
    const more = await upload(
      { layer, mode: 'append' },
      geojson([plot({ code: 'b', n: 3 }, 113.1), plot({ code: 'c', n: 4 }, 113.2)])
    )
    t.match(more, { revision: 2, report: { result: { inserted: 1, updated: 1, removed: 0, featureCount: 3 } } })
    const less = await upload({ layer }, geojson([plot({ code: 'c', n: 4 }, 113.2)]))
    t.match(less, { revision: 3, report: { result: { inserted: 0, updated: 0, removed: 2, featureCount: 1 } } })
    const same = await upload({ layer }, geojson([plot({ code: 'c', n: 4 }, 113.2)]))
    t.match(same, { status: 'published', revision: 3, report: { result: { unchanged: true } } })
  })

  t.test('what is wrong is reported by feature, and nothing is published', async t => {
    const layer = 'checked'
    await upload({ layer, title: '检查' }, geojson([plot({ code: 'a', n: 1, day: '2024-02-29' })]))
    const bowtie = {
      ...plot({ code: 'b', n: 1 }),
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [113, 23],
            [113.001, 23.001],
            [113.001, 23],
            [113, 23.001],
            [113, 23]
          ]
        ]
      }
    }
    const point = { type: 'Feature', properties: { code: 'c' }, geometry: { type: 'Point', coordinates: [113, 23] } }
    const nowhere = { type: 'Feature', properties: { code: 'd' }, geometry: null }
    const features = [
      plot({ code: 'a', n: 'many' }),
      bowtie,
      point,
      nowhere,
      plot({ n: 5 }),
      plot({ code: 'x', day: '2023-02-29' }),
      plot({ code: 'y' }),
      plot({ code: 'y' }),
      plot({ code: 'z' }, 179.9995)
    ]
    const ended = await upload({ layer }, geojson(features))
    t.match(ended, { status: 'refused', revision: null, problem: { code: 'UPLOAD_FEATURES_REFUSED', status: 422 } })
    t.strictSame(ended.report.counts, {
      'bad-value': 2,
      'no-geometry': 1,
      'missing-key': 1,
      'duplicate-key': 1,
      'invalid-geometry': 1,
      'wrong-geometry-type': 1,
      'outside-extent': 1
    })
    const by = (kind: string) => ended.report.issues.find(issue => issue.kind === kind)
    t.match(by('bad-value'), { index: 0, field: 'n', value: 'many' })
    t.match(by('invalid-geometry'), {
      index: 1,
      featureId: 'b',
      message: { en: /Self-intersection/ },
      location: [113.0005, Number]
    })
    t.match(by('wrong-geometry-type'), { index: 2, message: { en: 'It is a Point; the layer holds Polygon' } })
    t.match(by('duplicate-key'), { index: 7, featureId: 'y' })
    t.equal(app.catalog.state(layer).revision, 1, 'the old revision stays')
    t.match(await db.query(sql`SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'staging'`), [{ n: 0 }])
  })

  t.test('a publication that fails midway is marked failed and leaves the old revision', async t => {
    const layer = 'breaks'
    await upload({ layer, title: '中断' }, geojson([plot({ code: 'a' })]))
    await db.run(`CREATE FUNCTION yitu.break() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.layer_id = 'breaks' THEN RAISE EXCEPTION 'the disk is full'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER break BEFORE INSERT ON yitu.revision FOR EACH ROW EXECUTE FUNCTION yitu.break()`)
    const ended = await upload({ layer }, geojson([plot({ code: 'b' })]))
    t.match(ended, { status: 'failed', revision: null, problem: { code: 'UPLOAD_FAILED' } })
    t.notMatch(JSON.stringify(ended.problem), /disk/, 'inner matters are logged, not told')
    t.match(await db.query(sql`SELECT feature_id FROM data.breaks WHERE rev_to IS NULL`), [{ feature_id: 'a' }])
  })

  t.test('only publishers may, and they see their uploads newest first', async t => {
    for (const [who, status] of [
      ['checker', 403],
      ['reader', 403]
    ] as const) {
      t.equal((await sender(app, as[who]).post({ layer: 'x' })).statusCode, status)
    }
    t.equal((await app.inject({ method: 'POST', url: '/api/uploads' })).statusCode, 401)
    t.equal((await app.inject('/api/uploads')).statusCode, 401)
    const reply = await app.inject({ url: '/api/uploads?limit=2', headers: as.publisher })
    t.equal(reply.json().uploads.length, 2)
    const missing = await app.inject({ url: `/api/uploads/${'0'.repeat(32)}`, headers: as.publisher })
    t.equal(missing.json().code, 'UPLOAD_NOT_FOUND')
  })

  t.test('health names the GDAL at work', async t => {
    t.match((await app.inject('/health/ready')).json().gdal, { backend: /process|wasm/, version: /\d/ })
  })
})

/** Areas of the polygons in a .shp, by its own coordinates: a record is a type, a box, and rings of x y pairs. */
function areasOf(shp: Buffer): number[] {
  const areas: number[] = []
  for (let at = 100; at < shp.length; at += 8 + shp.readUInt32BE(at + 4) * 2) {
    const record = at + 8
    const rings = shp.readUInt32LE(record + 36)
    const total = shp.readUInt32LE(record + 40)
    const starts = Array.from({ length: rings }, (_, i) => shp.readUInt32LE(record + 44 + i * 4))
    const points = record + 44 + rings * 4
    const number = (i: number, axis: number) => shp.readDoubleLE(points + i * 16 + axis * 8)
    const [x0, y0] = [number(0, 0), number(0, 1)]
    let twice = 0
    starts.forEach((start, ring) => {
      const end = starts[ring + 1] ?? total
      for (let i = start; i + 1 < end; i++) {
        twice += (number(i, 0) - x0) * (number(i + 1, 1) - y0) - (number(i + 1, 0) - x0) * (number(i, 1) - y0)
      }
    })
    areas.push(Math.abs(twice) / 2)
  }
  return areas
}
