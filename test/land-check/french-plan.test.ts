import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { GridFeature } from '../../scripts/checking/exact-overlay.ts'
import { differ, FeatureIndex, parcelAt, randomOf, wktOfGrid } from '../../scripts/checking/land-check-differential.ts'
import type { LandCheckResult } from '../../server/land-check/answer/result.ts'
import { checkLand } from '../../server/land-check/check.ts'
import { onBothDatabases, ROOT, testApp } from '../helper.ts'
import { DATA, sender, withoutData } from '../uploads/client.ts'
import { zip } from '../uploads/zip.ts'

/**
 * A real plan, end to end: the zoning of a French commune (EPSG:2154) goes up over HTTP, is stored in EPSG:4490, and
 * parcels laid over its boundaries are checked. What the check says is compared with exact integers from the
 * shapefile's own coordinates, which never left EPSG:2154. DIFFERENTIAL_PARCELS asks for more of them.
 */

const PARCELS = Number(process.env['DIFFERENTIAL_PARCELS'] ?? 200)
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
    kind: 'overlap',
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

/** Parcels about corners of the plan, of every shape; the same on every run. */
function parcelsOver(plan: { rings: Ring[] }[], count: number): GridFeature[][] {
  const random = randomOf(20171013)
  const corners = plan.flatMap(({ rings }) => rings.flat())
  return Array.from({ length: count }, () => parcelAt(random, corners[Math.floor(random() * corners.length)]!))
}

/** The plan's own coordinates on the 0.1 mm grid: they never left EPSG:2154. */
function zonesOf(plan: { rings: Ring[]; typezone: string }[]): Map<string, FeatureIndex> {
  const units = (ring: Ring) =>
    ring.slice(0, -1).map(([x, y]): [number, number] => [Math.round(x * 1e4), Math.round(y * 1e4)])
  return new Map(
    Object.entries(CLASSES).map(([effect, codes]) => {
      const chosen = plan.filter(({ typezone }) => (codes as readonly string[]).includes(typezone))
      return [effect.toUpperCase(), new FeatureIndex(chosen.map(({ rings }) => rings.map(units)))]
    })
  )
}

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

    const parcels = parcelsOver(plan, PARCELS)
    const engine = app.landCheck
    const ruleset = engine.rulesets.get('french-plan')!

    await t.test(`${PARCELS} parcels: areas are those of exact integers`, async t => {
      const found = await differ({ engine, ruleset, parcels, zones: zonesOf(plan) })
      t.comment(
        `${found.checked} parcels: the greatest difference is ${found.areaM2.toExponential(2)} m², ` +
          `${found.perMetre.toExponential(2)} m² for a metre of perimeter; verdicts ${JSON.stringify(found.verdicts)}; ` +
          `land-check ${found.seconds.check.toFixed(1)} s, oracle ${found.seconds.exact.toFixed(1)} s`
      )
      t.strictSame(found.wrong.slice(0, 5), [])
      t.strictSame(found.problems.slice(0, 5), [])
      t.strictSame([found.checked, found.incomplete], [PARCELS, 0])
      t.ok(
        ['REJECT', 'REVIEW', 'PASS'].every(verdict => found.verdicts[verdict]),
        'the parcels are of every kind'
      )
    })

    await t.test('over HTTP the same', async t => {
      for (const polygons of parcels.slice(0, 5)) {
        const payload = { wkt: wktOfGrid(polygons), crs: 'EPSG:2154', ruleset: 'french-plan' }
        const reply = await app.inject({ method: 'POST', url: '/api/land-checks', payload, headers: as.checker })
        t.equal(reply.statusCode, 201, reply.body)
        const answer: LandCheckResult = reply.json()
        t.equal(answer.completeness.evaluated, 3)
        t.equal(answer.provenance.resultHash, (await checkLand(engine, payload)).provenance.resultHash)
      }
    })
  })
