import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { differences } from './compare.ts'
import { type CaseFile, cornerOf, degreesOf, groundOf, type Metres, parcelWkt } from './ground.ts'
import type { Answered, Target } from './target.ts'

/** The cases are read from beside the sources; this file runs from build/scripts/conformance/. */
export const FOLDER = fileURLToPath(new URL('../../../scripts/conformance/', import.meta.url))

export interface Outcome {
  group: string
  name: string
  /** What is wrong; empty: it conforms. */
  wrong: string[]
}

interface GoldenFile {
  tolerance: { planarRelative: number; ellipsoidM2PerHectare: number }
  shapes: { name: string; points: [north: number, east: number][]; areaPlanar: number; areaEllipsoid: number }[]
}

interface IntakeFile {
  refusals: { name: string; request: Record<string, unknown>; expect: { status: number; codes: string[] } }[]
  forms: { name: string; request: Record<string, unknown> }[]
}

const readJson = async (file: string) => JSON.parse(await readFile(`${FOLDER}${file}`, 'utf8'))
export const readCases = (): Promise<CaseFile> => readJson('cases.json')

/** Publishes the ground, asks every question, and tells of each as it is answered. */
export async function runAll(target: Target, publish: boolean, tell: (outcome: Outcome) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const attempt = async (group: string, name: string, work: () => Promise<string[]>) => {
    const wrong = await work().catch(error => [error instanceof Error ? error.message : String(error)])
    outcomes.push({ group, name, wrong })
    tell(outcomes.at(-1)!)
  }
  const file = await readCases()
  if (publish) {
    for (const [layer, collection] of groundOf(file)) {
      await attempt('ground', layer, async () => target.publish(layer, collection).then(() => []))
    }
  }
  await runGolden(target, file, attempt)
  for (const [n, one] of file.cases.entries()) {
    await attempt('case', one.name, async () => {
      const wkt = parcelWkt(one, cornerOf(file, n))
      const answered = await target.check({ wkt, crs: file.origin.crs, ...file.request, ...one.request })
      return differences(answered, one.expect, file.tolerance)
    })
  }
  await runIntake(target, file, attempt)
  return outcomes
}

type Attempt = (group: string, name: string, work: () => Promise<string[]>) => Promise<void>

/** Each shape in EPSG:4547 and, with the zone number in front, in EPSG:4526. */
async function runGolden(target: Target, file: CaseFile, attempt: Attempt): Promise<void> {
  const { shapes, tolerance }: GoldenFile = await readJson('golden.json')
  for (const { name, points, areaPlanar, areaEllipsoid } of shapes) {
    for (const [crs, zone] of [
      ['EPSG:4547', 0],
      ['EPSG:4526', 38_000_000]
    ] as const) {
      await attempt('golden', `${name}, ${crs}`, async () => {
        const ring = [...points, points[0]!].map(([north, east]) => `${(east + zone).toFixed(3)} ${north.toFixed(3)}`)
        const answered = await target.check({ wkt: `POLYGON ((${ring.join(', ')}))`, crs, ...file.request })
        if (answered.status >= 300) return [`answered ${answered.status} ${answered.code ?? ''}`]
        return [
          ...off('planar', answered.areaPlanar, areaPlanar, tolerance.planarRelative * areaPlanar),
          ...off('ellipsoid', answered.areaEllipsoid, areaEllipsoid, ellipsoidTolerance(areaPlanar, tolerance))
        ]
      })
    }
  }
}

const ellipsoidTolerance = (area: number, { ellipsoidM2PerHectare }: GoldenFile['tolerance']) =>
  ellipsoidM2PerHectare * Math.max(1, area / 10_000)

const off = (what: string, got = Number.NaN, wanted: number, by: number) =>
  Math.abs(got - wanted) <= by ? [] : [`${what} area is ${got}, expected ${wanted} ± ${by}`]

async function runIntake(target: Target, file: CaseFile, attempt: Attempt): Promise<void> {
  const { refusals, forms }: IntakeFile = await readJson('intake.json')
  for (const { name, request, expect } of refusals) {
    await attempt('refusal', name, async () => {
      const { status, code = '' } = await target.check({ ...file.request, ...request })
      if (status === expect.status && expect.codes.includes(code)) return []
      return [`answered ${status} ${code}, expected ${expect.status} ${expect.codes.join(' or ')}`]
    })
  }
  let first: Answered | undefined
  for (const { name, request } of forms) {
    await attempt('form', name, async () => {
      const asked = request['geojson'] === 'parcel' ? { geojson: parcelInDegrees(file) } : request
      const answered = await target.check({ ...file.request, ...asked })
      if (answered.status >= 300) return [`answered ${answered.status} ${answered.code ?? ''}`]
      first ??= answered
      const keys = ['verdict', 'areaPlanar', 'inputHash', 'resultHash'] as const
      return keys.flatMap(key =>
        answered[key] === first?.[key] ? [] : [`${key} is ${answered[key]}, in the first form ${first?.[key]}`]
      )
    })
  }
}

/** The 10 m × 12 m of the first case's corner. */
function parcelInDegrees({ origin: { east, north } }: CaseFile) {
  const ring: Metres[] = [
    [east, north],
    [east + 10, north],
    [east + 10, north + 12],
    [east, north + 12],
    [east, north]
  ]
  return { type: 'Polygon', coordinates: [ring.map(degreesOf)] }
}
