import t from 'tap'
import { asker, checkServices, listServices } from '../../scripts/checking/check.ts'
import { AWKWARD } from '../../scripts/seeding/awkward.ts'
import { FARMLAND_UNDER_HOUSES } from '../../scripts/seeding/layers-planning.ts'
import { toDegrees, toMetres } from '../../scripts/seeding/projection.ts'
import { seed } from '../../scripts/seeding/seed.ts'
import { type Database, name, sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { catalog, made, SCALE } from './generated.ts'

t.test('degrees keep a tenth of a millimetre', async t => {
  for (const point of [
    [407761.0893, 2550358.4571],
    [386000.0001, 2530000.9999],
    [419999.5, 2574000.1234]
  ] as const) {
    const [x, y] = toMetres(toDegrees(point))
    t.ok(Math.abs(x - point[0]) < 2e-5 && Math.abs(y - point[1]) < 2e-5, String(point))
  }
})

const table = (id: string) => name('data', id.replaceAll('-', '_'))

async function one<R>(db: Database, statement: ReturnType<typeof sql>): Promise<R> {
  const [row] = await db.query<{ answer: R }>(statement)
  return row!.answer
}

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db)
  // One district for all that asks for one: it takes longer to make than to look at.
  const report = await seed(db, catalog, { scale: SCALE })

  t.test('the whole catalogue loads, with nothing to report', async t => {
    t.strictSame(app.catalog.problems, [])
    const layers = app.catalog.layers().filter(layer => layer.geometry !== 'Raster')
    t.equal(layers.length, 159)
    t.ok(app.catalog.maps.size >= 12, `${app.catalog.maps.size} maps`)
  })

  t.test('all layers are published, once', async t => {
    t.strictSame(
      report.layers.map(({ layer, features, revision }) => [layer, features, revision]),
      made.map(({ layer, rows }) => [layer.id, rows.length, 1])
    )
  })

  t.test('every geometry is valid and lies in the window', async t => {
    const [west, south, east, north] = catalog.district.extent
    for (const { layer } of made) {
      const bad =
        await db.query(sql`SELECT feature_id, ST_IsValidReason(geom) AS reason, GeometryType(geom) AS type FROM ${table(layer.id)}
        WHERE NOT ST_IsValid(geom) OR ST_IsEmpty(geom) OR GeometryType(geom) <> ${layer.geometry.toUpperCase()}::text
          OR NOT geom && ST_MakeEnvelope(${west}::float8, ${south}::float8, ${east}::float8, ${north}::float8, 4490)
          OR ST_XMin(geom) < ${west}::float8 OR ST_XMax(geom) > ${east}::float8
          OR ST_YMin(geom) < ${south}::float8 OR ST_YMax(geom) > ${north}::float8 LIMIT 3`)
      t.strictSame(bad, [], layer.id)
    }
  })

  t.test('villages tile towns, towns tile the district: no gaps, no overlaps', async t => {
    const overlaps = sql`SELECT count(*) AS answer FROM data.village_boundary a JOIN data.village_boundary b
      ON a.fid < b.fid AND a.geom && b.geom AND ST_Relate(a.geom, b.geom, '2********')`
    t.equal(await one(db, overlaps), 0)
    t.equal(
      await one(
        db,
        sql`SELECT count(*) AS answer FROM data.town_boundary t JOIN (
        SELECT town_code, ST_Union(geom) AS geom FROM data.village_boundary GROUP BY town_code) v
      ON v.town_code = t.division_code AND ST_Equals(v.geom, t.geom)`
      ),
      7
    )
    t.ok(
      await one(
        db,
        sql`SELECT ST_Equals((SELECT ST_Union(geom) FROM data.town_boundary), geom) AS answer
      FROM data.district_boundary`
      )
    )
    const wrong = sql`SELECT count(*) AS answer FROM data.village_boundary v JOIN data.town_boundary t
      ON t.division_code = v.town_code WHERE left(v.division_code, 9) <> left(t.division_code, 9)`
    t.equal(await one(db, wrong), 0)
  })

  t.test('zones tile the villages they cover, but where they are wrong on purpose', async t => {
    const rows = await db.query<{ off: number }>(sql`WITH zone AS (
        SELECT geom, division_code FROM data.homestead_buildable_zone UNION ALL
        SELECT geom, division_code FROM data.homestead_restricted_zone UNION ALL
        SELECT geom, division_code FROM data.homestead_forbidden_zone)
      SELECT sum(ST_Area(ST_Transform(z.geom, 4547))) - max(ST_Area(ST_Transform(v.geom, 4547))) AS off
      FROM zone z JOIN data.village_boundary v USING (division_code) GROUP BY division_code`)
    t.equal(rows.length, 307 - 4, 'four villages are not zoned')
    const off = rows.map(row => row.off).filter(area => Math.abs(area) > 0.01)
    t.ok(off.length >= 5 && off.length <= 40, `${off.length} villages with awkward zones`)
  })

  t.test('the awkward cases are there', async t => {
    const pairs = (a: string, b: string, low: number, high: number) =>
      one<number>(
        db,
        sql`SELECT count(*) AS answer FROM (
        SELECT ST_Area(ST_Transform(ST_Intersection(a.geom, b.geom), 4547)) AS area FROM ${table(a)} a
        JOIN ${table(b)} b ON a.geom && b.geom AND ST_Relate(a.geom, b.geom, '2********')) o
      WHERE area BETWEEN ${low}::float8 AND ${high}::float8`
      )
    const [buildable, restricted, forbidden] = [
      'homestead-buildable-zone',
      'homestead-restricted-zone',
      'homestead-forbidden-zone'
    ] as const
    t.equal(await pairs(buildable, restricted, 100, 5000), AWKWARD.overlap, 'zones that overlap by 5 m')
    t.equal(await pairs(buildable, forbidden, 1, 20), AWKWARD.sliver, 'slivers 4 cm wide')
    t.equal(await pairs(restricted, forbidden, 0.01, 1e9), 0, 'and none by mistake')
    const holes = sql`SELECT count(*) AS answer FROM data.homestead_buildable_zone z,
      LATERAL ST_Dump(z.geom) d, LATERAL ST_DumpRings(d.geom) r
      WHERE r.path[1] > 0 AND ST_Area(ST_Transform(r.geom, 4547)) BETWEEN 139.9 AND 140.1`
    t.equal(await one(db, holes), AWKWARD['filled-hole'] + AWKWARD['empty-hole'], 'holes')
    const straddling = sql`SELECT count(*) AS answer FROM data.homestead_parcel p
      WHERE EXISTS (SELECT 1 FROM data.homestead_buildable_zone z WHERE z.geom && p.geom AND ST_Relate(z.geom, p.geom, '2********'))
      AND EXISTS (SELECT 1 FROM data.homestead_restricted_zone z WHERE z.geom && p.geom AND ST_Relate(z.geom, p.geom, '2********'))`
    t.ok((await one<number>(db, straddling)) >= 5, 'parcels straddle two zones')
    const strips = sql`SELECT count(DISTINCT f.fid) AS answer FROM data.permanent_basic_farmland f
      JOIN data.building_footprint b ON f.geom && b.geom AND ST_Relate(f.geom, b.geom, '2********')`
    const under = await one<number>(db, strips)
    t.ok(under >= 1 && under <= FARMLAND_UNDER_HOUSES, `farmland under houses: ${under}`)
  })

  t.test('parcels do not overlap, buildings stay on their parcels', async t => {
    const overlaps = sql`SELECT count(*) AS answer FROM data.cadastral_parcel a JOIN data.cadastral_parcel b
      ON a.fid < b.fid AND a.geom && b.geom AND ST_Area(ST_Transform(ST_Intersection(a.geom, b.geom), 4547)) > 0.01`
    t.equal(await one(db, overlaps), 0)
    const outside = sql`SELECT count(*) AS answer FROM data.building_footprint b JOIN data.cadastral_parcel p
      ON p.parcel_code = left(b.building_code, 19)
      WHERE ST_Area(ST_Transform(ST_Difference(b.geom, p.geom), 4547)) > 0.01`
    t.equal(await one(db, outside), 0)
  })

  t.test('no layer is empty, and every service answers', async t => {
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

  t.test('seeding again changes nothing, and an unknown layer is refused', async t => {
    const again = await seed(db, catalog, { scale: SCALE, layers: ['park-boundary'] })
    t.strictSame(
      again.layers.map(({ layer, revision }) => [layer, revision]),
      [['park-boundary', 1]]
    )
    await t.rejects(seed(db, catalog, { layers: ['no-such-layer'] }), { message: /no-such-layer/ })
  })
})
