import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { LandCheckResult } from '../../server/land-check/result.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases, ROOT, testApp } from '../helper.ts'
import { DATA, sender, withoutData } from '../uploads/client.ts'
import { zip } from '../uploads/zip.ts'

/**
 * A real plan, end to end: the zoning of a French commune (EPSG:2154) goes up over HTTP, is stored in EPSG:4490, and
 * 200 parcels laid over its boundaries are checked. What the check says is compared with areas computed from the
 * shapefile's own coordinates, which never left EPSG:2154.
 */

const NAME = '30014_ZONE_URBA_20171013'
const FOLDER = `${DATA}/planning-fr/documents/30014_PLU_20171013/Donnees_geographiques`
const CLASSES = { prohibit: ['A', 'N', 'Ah', 'Nh', 'Nd'], restrict: ['AUc', 'AUs', 'AU'], allow: ['U'] } as const

const RULESET = {
  title: { zh: '法国城市规划分区', en: 'French zoning plan' },
  version: '2017-10-13',
  validFrom: '2017-10-13',
  workingCrs: 'EPSG:2154',
  gridM: 0.0001,
  timeZone: 'Europe/Paris',
  jurisdiction: { title: { zh: '试验区', en: 'the commune' }, extent: [4.2, 43.9, 4.5, 44.1], paddingM: 2000 },
  areaMethod: { overlap: 'planar' },
  maxAreaM2: 5000,
  parcelAccuracyM: 0.05,
  sliver: { maxAreaM2: 0.5, maxShare: 0.005 },
  marginSearchM: 20,
  rules: Object.entries(CLASSES).map(([effect, codes]) => ({
    id: effect.toUpperCase(),
    title: { zh: effect, en: effect },
    effect,
    layer: 'zone-urba',
    where: { field: 'typezone', in: codes },
    mandatory: true,
    zeroTolerance: false,
    accuracyM: 0.5,
    coverage: { declared: { zh: '分区图覆盖全部', en: 'the plan covers the commune' } },
    attributes: ['libelle', 'typezone'],
    legalBasis: [{ doc: 'Code de l’urbanisme', article: 'R151-17' }]
  }))
}

type Ring = [number, number][]

/** Rings and TYPEZONE of each record, from the bytes (ESRI Shapefile, 1998; dBase III). */
async function readPlan(): Promise<{ rings: Ring[]; typezone: string }[]> {
  const [shp, dbf] = await Promise.all(['shp', 'dbf'].map(ext => readFile(`${FOLDER}/${NAME}.${ext}`)))
  const headerBytes = dbf!.readUInt16LE(8)
  const rowBytes = dbf!.readUInt16LE(10)
  let column = { start: 1, length: 0 }
  for (let at = 32, start = 1; dbf![at] !== 0x0d; at += 32) {
    const length = dbf![at + 16]!
    if (dbf!.toString('latin1', at, at + 8) === 'TYPEZONE') column = { start, length }
    start += length
  }
  const records = []
  for (let at = 100, row = 0; at < shp!.length; row++) {
    const content = at + 8
    const parts = shp!.readInt32LE(content + 36)
    const points = shp!.readInt32LE(content + 40)
    const starts = Array.from({ length: parts }, (_, i) => shp!.readInt32LE(content + 44 + 4 * i))
    const first = content + 44 + 4 * parts
    const all = Array.from({ length: points }, (_, i): [number, number] => [
      shp!.readDoubleLE(first + 16 * i),
      shp!.readDoubleLE(first + 16 * i + 8)
    ])
    const value = headerBytes + row * rowBytes + column.start
    const typezone = dbf!.toString('latin1', value, value + column.length).trim()
    records.push({ typezone, rings: starts.map((start, i) => all.slice(start, starts[i + 1])) })
    at = content + 2 * shp!.readInt32BE(at + 4)
  }
  return records
}

/** Parcels of 100 to 1600 m² about vertices of the plan, turned every way; the same on every run. */
function parcelsOver(plan: { rings: Ring[] }[], count: number): string[] {
  let seed = 20171013
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }
  const corners = plan.flatMap(({ rings }) => rings.flat())
  return Array.from({ length: count }, () => {
    const [x, y] = corners[Math.floor(random() * corners.length)]!
    const [east, north, half, angle] = [
      x + random() * 20 - 10,
      y + random() * 20 - 10,
      5 + random() * 15,
      random() * Math.PI
    ]
    const ring = [0, 1, 2, 3, 0].map(k => {
      const turn = angle + (k * Math.PI) / 2
      return `${(east + half * Math.SQRT2 * Math.cos(turn)).toFixed(3)} ${(north + half * Math.SQRT2 * Math.sin(turn)).toFixed(3)}`
    })
    return `POLYGON ((${ring.join(', ')}))`
  })
}

async function keepOriginal(db: Database, plan: { rings: Ring[]; typezone: string }[]): Promise<void> {
  await db.run('CREATE TABLE original_plan (typezone text, geom geometry(Geometry, 2154))')
  const lines = plan.map(
    ({ rings }) =>
      `MULTILINESTRING (${rings.map(ring => `(${ring.map(([x, y]) => `${x} ${y}`).join(', ')})`).join(', ')})`
  )
  await db.query(sql`INSERT INTO original_plan SELECT u.typezone, ST_BuildArea(ST_GeomFromText(u.lines, 2154))
    FROM unnest(${plan.map(p => p.typezone)}::text[], ${lines}::text[]) AS u (typezone, lines)`)
}

/** |P ∩ F|, |P ∩ (F ∪ R)| and |P ∩ (F ∪ R ∪ B)| of every parcel, straight from the original coordinates. */
const direct = (db: Database, parcels: string[]) =>
  db.query<{ f: number; fr: number; frb: number }>(sql`SELECT
      coalesce((SELECT ST_Area(ST_Intersection(p.geom, ST_Union(o.geom, 1e-8), 1e-8)) FROM original_plan o
        WHERE o.geom && p.geom AND o.typezone = ANY(${CLASSES.prohibit}::text[])), 0) AS f,
      coalesce((SELECT ST_Area(ST_Intersection(p.geom, ST_Union(o.geom, 1e-8), 1e-8)) FROM original_plan o
        WHERE o.geom && p.geom AND o.typezone = ANY(${[...CLASSES.prohibit, ...CLASSES.restrict]}::text[])), 0) AS fr,
      coalesce((SELECT ST_Area(ST_Intersection(p.geom, ST_Union(o.geom, 1e-8), 1e-8)) FROM original_plan o
        WHERE o.geom && p.geom), 0) AS frb
    FROM (SELECT u.i, ST_GeomFromText(u.wkt, 2154) AS geom FROM unnest(${parcels}::text[]) WITH ORDINALITY AS u (wkt, i)) AS p
    ORDER BY p.i`)

if (withoutData) t.test('a French zoning plan', { skip: withoutData }, async () => {})
else
  await onBothDatabases(t, async (t, db) => {
    const folder = await mkdtemp(join(tmpdir(), 'yitu-french-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const layersDir = join(folder, 'layers')
    await cp(`${ROOT}layers`, layersDir, { recursive: true })
    await mkdir(`${layersDir}/rulesets`, { recursive: true })
    await writeFile(`${layersDir}/rulesets/french-plan.json`, JSON.stringify(RULESET))
    const { app, as } = await testApp(t, db, { LAYERS_DIR: layersDir })
    const plan = await readPlan()
    t.ok(
      plan.every(({ typezone }) =>
        Object.values(CLASSES)
          .flat()
          .includes(typezone as never)
      ),
      'every zone has a class'
    )

    const members = await Promise.all(
      ['shp', 'shx', 'dbf', 'prj', 'cpg'].map(async ext => ({
        name: `${NAME}.${ext}`,
        data: await readFile(`${FOLDER}/${NAME}.${ext}`)
      }))
    )
    const fields = { layer: 'zone-urba', title: '城市规划分区', mode: 'replace' }
    const upload = await sender(app, as.publisher).upload(fields, zip(members), 'plan.zip')
    t.equal(upload.status, 'published', JSON.stringify(upload.problem ?? upload.report))
    t.equal(app.catalog.state('zone-urba').featureCount, plan.length)

    await t.test('200 parcels: areas equal a direct computation within 0.01 m²', async t => {
      await keepOriginal(db, plan)
      const parcels = parcelsOver(plan, 200)
      const expected = await direct(db, parcels)
      t.equal(expected.length, parcels.length)
      let worst = 0
      const verdicts = new Set<string>()
      for (const [i, wkt] of parcels.entries()) {
        const payload = { wkt, crs: 'EPSG:2154', ruleset: 'french-plan' }
        const reply = await app.inject({ method: 'POST', url: '/api/land-checks', payload, headers: as.checker })
        if (reply.statusCode !== 201) throw new Error(`${wkt}: ${reply.body}`)
        const answer: LandCheckResult = reply.json()
        const [f = 0, r = 0, b = 0, u = 0] = answer.net.map(n => n.areaExact)
        const { f: f1, fr, frb } = expected[i]!
        const differences = [f - f1, r - (fr - f1), b - (frb - fr), u - (answer.parcel.areaPlanar - frb)]
        worst = Math.max(worst, ...differences.map(Math.abs))
        if (answer.completeness.evaluated !== 3) throw new Error(`${wkt}: ${JSON.stringify(answer.rules)}`)
        verdicts.add(answer.verdict)
      }
      t.ok(worst < 0.01, `the greatest difference is ${worst} m²`)
      t.comment(`the greatest difference is ${worst} m²; verdicts ${[...verdicts].join(', ')}`)
      t.ok(verdicts.has('REJECT') && verdicts.has('PASS') && verdicts.size > 2, 'the parcels are of every kind')
    })
  })
