/**
 * `./scripts/check-land-check-differential [--parcels 10000] [--seed 20261122] [--ruleset homestead-demo]`: random
 * parcels over the zones of the configured database, each checked by the land-check and by exact integers. It reads
 * only. Exit code 1 when an area differs by more than 10⁻⁶ m² for a metre of the parcel's perimeter.
 */
import { parseArgs } from 'node:util'
import proj4 from 'proj4'
import { loadCatalog } from '../server/catalog/load.ts'
import { refreshCatalog } from '../server/catalog/sync.ts'
import { tableOf } from '../server/catalog/table.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/db/open.ts'
import { keepGround } from '../server/land-check/measure/keep-ground.ts'
import { loadRulesets } from '../server/land-check/rules/load-rulesets.ts'
import { isLayerRule } from '../server/land-check/rules/rule.ts'
import { name, type Queryable, sql } from '../server/lib/sql.ts'
import { readWkb } from '../server/lib/wkb.ts'
import type { GridFeature } from './checking/exact-overlay.ts'
import { differ, FeatureIndex, parcelAt, randomOf } from './checking/land-check-differential.ts'

const { values } = parseArgs({
  options: {
    parcels: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '20261122' },
    ruleset: { type: 'string', default: 'homestead-demo' }
  }
})

const config = readConfig()
const catalog = await loadCatalog(config.layersDir, config.stylesDir)
const { rulesets } = await loadRulesets(config.layersDir, id => catalog.find(id) !== undefined)
const ruleset = rulesets.get(values.ruleset)
if (!ruleset) throw new Error(`There is no rule set ${values.ruleset}: ${[...rulesets.keys()].join(', ')}`)
const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })

interface Row {
  stored: Buffer
  grid: Buffer | null
}

const ringsOf = (wkb: Buffer): [number, number][][] => {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return []
  return (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()) as [number, number][][]
}
const units = ([x, y]: [number, number]): [number, number] => [Math.round(x * 1e4), Math.round(y * 1e4)]

// Gauss-Krüger of CGCS2000, 114° E, by another library than the database's.
const WORKING = '+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs'
const project = proj4('+proj=longlat +ellps=GRS80 +no_defs', WORKING)
let moved = 0
let points = 0

async function readZones(tx: Queryable): Promise<{ zones: Map<string, FeatureIndex>; corners: [number, number][] }> {
  const zones = new Map<string, FeatureIndex>()
  const corners: [number, number][] = []
  for (const rule of ruleset!.rules.filter(isLayerRule).filter(rule => rule.kind === 'overlap')) {
    const layer = catalog.get(rule.layer)
    const only = rule.where ? sql`AND ${name('t', rule.where.field)}::text = ANY(${rule.where.in}::text[])` : sql``
    const rows =
      await tx.query<Row>(sql`SELECT ST_AsBinary(t.geom) AS stored, CASE WHEN g.valid THEN ST_AsBinary(g.geom) END AS grid
      FROM ${tableOf(layer)} t JOIN yitu.ground g ON g.layer_id = ${layer.id} AND g.fid = t.fid WHERE t.rev_to IS NULL AND (t.valid_from IS NULL OR t.valid_from <= current_date)
      AND (t.valid_to IS NULL OR t.valid_to > current_date) ${only}`)
    const features = rows.flatMap(({ stored, grid }): GridFeature[] => {
      if (!grid) return []
      const projected = new Set(
        ringsOf(stored)
          .flat()
          .map(point => units(project.forward(point) as [number, number]).join(' '))
      )
      const rings = ringsOf(grid).map(ring => ring.slice(0, -1).map(units))
      for (const point of rings.flat()) {
        points++
        if (!projected.has(point.join(' '))) moved++
      }
      corners.push(...rings.flat().slice(0, 50))
      return [rings]
    })
    zones.set(rule.id, new FeatureIndex(features))
  }
  return { zones, corners }
}

try {
  await refreshCatalog(db, catalog)
  await keepGround(db, [ruleset!], id => catalog.find(id))
  const { zones, corners } = await readZones(db)
  console.log(`${points} corners of zones on the grid; ${moved} are not where another projection library puts them`)
  const random = randomOf(Number(values.seed))
  const parcels = Array.from({ length: Number(values.parcels) }, () => {
    const [x, y] = corners[Math.floor(random() * corners.length)]!
    return parcelAt(random, [x / 1e4, y / 1e4])
  })
  const engine = { db, catalog, rulesets, version: 'differential' }
  const found = await differ({ engine, ruleset, parcels, zones })
  for (const line of found.wrong.slice(0, 20)) console.log(`WRONG ${line}`)
  const refused = new Map<string, number>()
  for (const { code } of found.problems) refused.set(code, (refused.get(code) ?? 0) + 1)
  console.log(
    `seed ${values.seed}, rule set ${ruleset.id}: ${found.checked} of ${parcels.length} parcels compared ` +
      `(${found.incomplete} of them rule by rule only, as a rule was not evaluated), ` +
      `${[...refused].map(([code, count]) => `${count} ${code}`).join(', ') || 'none refused'}`
  )
  console.log(`verdicts ${JSON.stringify(found.verdicts)}; not evaluated ${JSON.stringify(found.notEvaluated)}`)
  console.log(
    `the greatest difference is ${found.areaM2.toExponential(2)} m², ${found.perMetre.toExponential(2)} m² for a metre of perimeter; ` +
      `${found.wrong.length} wrong`
  )
  console.log(`land-check ${found.seconds.check.toFixed(1)} s, oracle ${found.seconds.exact.toFixed(1)} s`)
  process.exitCode = found.wrong.length > 0 || found.checked < parcels.length * 0.9 ? 1 : 0
} finally {
  await db.close()
}
