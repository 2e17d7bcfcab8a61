import { readFile } from 'node:fs/promises'
import type { Geometry } from 'geojson'
import { Catalog } from '../../server/catalog/catalog.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { checkLand, type LandCheckEngine } from '../../server/land-check/check.ts'
import { keepGround } from '../../server/land-check/measure/keep-ground.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import { readRuleset } from '../../server/land-check/rules/load-rulesets.ts'
import type { Ruleset } from '../../server/land-check/rules/ruleset.ts'
import { canonicalHash } from '../../server/lib/canonical-json.ts'
import { type Database, type Queryable, sql } from '../../server/lib/sql.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'
import { ROOT } from '../helper.ts'

/** Ground to check parcels on: zones laid in metres of EPSG:4547 around the golden corner of the reference. */

export const E0 = 407761.089
export const N0 = 2550358.457

export type Metres = [number, number][]

/** A rectangle, metres east and north of the golden corner. */
export const box = (east: number, north: number, width: number, height: number): Metres => [
  [E0 + east, N0 + north],
  [E0 + east + width, N0 + north],
  [E0 + east + width, N0 + north + height],
  [E0 + east, N0 + north + height]
]

export const close = (ring: Metres): Metres => [...ring, ring[0]!]
const ringText = (ring: Metres) =>
  `(${close(ring)
    .map(([x, y]) => `${x.toFixed(4)} ${y.toFixed(4)}`)
    .join(', ')})`
export const wktOf = (...rings: Metres[]) => `POLYGON (${rings.map(ringText).join(', ')})`
export const multiWktOf = (...polygons: Metres[][]) =>
  `MULTIPOLYGON (${polygons.map(rings => `(${rings.map(ringText).join(', ')})`).join(', ')})`

/** The parcel of the reference's cases: 10 m east, 12 m north. */
export const PARCEL = wktOf(box(0, 0, 10, 12))

const FIELDS = [
  { name: 'code', type: 'text' },
  { name: 'kind', type: 'text' }
] as const

/** A layer the land-check reads. */
export function layerOf(id: string): Layer {
  const text = { zh: id, en: id }
  return {
    id,
    theme: 'test',
    origin: 'file',
    style: [],
    title: text,
    department: 'test',
    geometry: 'MultiPolygon',
    fields: FIELDS.map(field => ({ ...field, title: text })),
    sharing: 'open',
    updateCycle: 'irregular',
    divisionLevel: 'district',
    systems: [],
    zoom: { min: 0, max: 20 },
    standard: 'local',
    landCheck: { role: 'info' }
  }
}

export const LAYERS = ['forbidden', 'restricted', 'buildable', 'farmland', 'disputed', 'plan'].map(layerOf)

export function catalogOf(layers: Layer[] = LAYERS): Catalog {
  const title = { zh: '试', en: 'test' }
  const district = { code: '440605000000', title, extent: [112.83, 22.8, 113.27, 23.32], workingCrs: 'EPSG:4547' }
  return new Catalog({
    district,
    layers,
    themes: [],
    departments: [],
    codeLists: [],
    maps: [],
    sprites: [],
    problems: []
  })
}

/** One feature: rings in metres (a shell and holes), or WKT for what is invalid; its kind. */
export interface Zone {
  id: string
  rings?: Metres[]
  wkt?: string
  kind?: string
  validFrom?: string
  validTo?: string
}

export const zone = (id: string, ...rings: Metres[]): Zone => ({ id, rings })

/** Carries geometries of a working CRS to the stored one, as an upload does. */
export async function toStored(db: Queryable, wkts: string[], srid: number): Promise<Buffer[]> {
  const rows = await db.query<{
    wkb: Buffer
  }>(sql`SELECT ST_AsBinary(ST_Transform(ST_GeomFromText(u.wkt, ${srid}::integer), 4490)) AS wkb
    FROM unnest(${wkts}::text[]) WITH ORDINALITY AS u (wkt, i) ORDER BY u.i`)
  return rows.map(({ wkb }) => wkb)
}

let stagings = 0

/** Publishes zones as the layer's next revision, replacing what was there. */
export async function lay(db: Database, id: string, zones: Zone[], layer = layerOf(id), srid = 4547): Promise<void> {
  laid.get(db)?.delete(id)
  const stagingId = `ground_${process.pid}_${++stagings}`
  await createStaging(db, layer, stagingId)
  const stored = await toStored(
    db,
    zones.map(({ rings, wkt }) => wkt ?? wktOf(...(rings ?? []))),
    srid
  )
  const rows = zones.map(({ id: featureId, kind, validFrom, validTo }, i) => ({
    featureId,
    geometry: stored[i]!,
    values: [featureId, kind ?? null],
    validFrom: validFrom ?? null,
    validTo: validTo ?? null
  }))
  await stageRows(db, layer, stagingId, rows)
  await publish(db, layer, { stagingId, mode: 'replace', kind: 'upload', actor: 'test' })
}

const laid = new WeakMap<Database, Map<string, string>>()

/** The layers named are laid as given; every other one holds a single zone far away, so that it has data. */
export async function layGround(db: Database, ground: Record<string, Zone[]>): Promise<void> {
  const before = laid.get(db) ?? new Map<string, string>()
  laid.set(db, before)
  for (const { id } of LAYERS) {
    const zones = ground[id] ?? [zone('far', box(2000, 2000, 10, 10))]
    if (before.get(id) === JSON.stringify(zones)) continue
    await lay(db, id, zones)
    before.set(id, JSON.stringify(zones))
  }
}

const DECLARED = { declared: { zh: '测试数据铺满', en: 'test data cover all' } }
const rule = (id: string, effect: string, layer: string, more: object = {}) => ({
  id,
  kind: 'overlap',
  title: { zh: layer, en: layer },
  effect,
  layer,
  mandatory: effect !== 'inform',
  zeroTolerance: false,
  accuracyM: 0.05,
  coverage: DECLARED,
  legalBasis: [],
  ...more
})

export const RULES = [
  rule('FORBID', 'prohibit', 'forbidden'),
  rule('FARM', 'prohibit', 'farmland', { zeroTolerance: true }),
  rule('RESTRICT', 'restrict', 'restricted'),
  rule('BUILD', 'allow', 'buildable'),
  rule('DISPUTE', 'review', 'disputed'),
  rule('PLAN', 'inform', 'plan', { attributes: ['code', 'kind'] })
]

export async function demoText(): Promise<string> {
  return readFile(`${ROOT}layers/rulesets/homestead-demo.json`, 'utf8')
}

/** The demonstration rule set with other rules: thresholds and jurisdiction are those that are shipped. */
export async function rulesetOf(changes: object = {}, id = 'test'): Promise<Ruleset> {
  const { $schema: _, coverage: __, jurisdiction, ...demo } = JSON.parse(await demoText())
  const used = {
    ...demo,
    jurisdiction: { ...jurisdiction, layer: undefined },
    maxAreaM2: 2e6,
    rules: RULES,
    ...changes
  }
  const { ruleset, problems } = readRuleset(id, JSON.stringify(used))
  if (!ruleset) throw new Error(JSON.stringify(problems))
  return ruleset
}

export async function engineOf(db: Database, ruleset?: Ruleset, layers = LAYERS): Promise<LandCheckEngine> {
  const used = ruleset ?? (await rulesetOf())
  const catalog = catalogOf(layers)
  await keepGround(db, [used], id => catalog.find(id))
  return { db, catalog, rulesets: new Map([[used.id, used]]), version: 'test' }
}

/** Checks a parcel given as WKT of EPSG:4547. */
export function checkWkt(engine: LandCheckEngine, wkt: string, more: Partial<LandCheckRequest> = {}): Promise<Answer> {
  const [ruleset = ''] = engine.rulesets.keys()
  return checkLand(engine, { wkt, crs: 'EPSG:4547', ruleset, ...more })
}

/** Forbidden, restricted, buildable, uncovered, m² with six decimals. */
export const frbu = (answer: Answer): number[] => answer.net.map(({ areaExact }) => areaExact)
export const statusOf = (answer: Answer, id: string) => answer.rules.find(r => r.id === id)?.status
export const geojsonOf = async (db: Queryable, wkt: string, srid: number, digits: number): Promise<Geometry> => {
  const [row] = await db.query<{ g: Geometry }>(
    sql`SELECT ST_AsGeoJSON(ST_Transform(ST_GeomFromText(${wkt}, ${srid}::integer), 4490), ${digits}::integer, 0)::json AS g`
  )
  return row!.g
}
export const hashOf = canonicalHash
