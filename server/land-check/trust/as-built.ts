import { type Static, Type } from 'typebox'
import { sridOf } from '../../lib/crs.ts'
import type { Text } from '../../lib/errors.ts'
import { type Queryable, sql } from '../../lib/sql.ts'
import { inputHashOf } from '../answer/compose.ts'
import { lengthM, squareM } from '../answer/round.ts'
import { getRuleset, groundOf, type LandCheckEngine } from '../check.ts'
import type { Polygons } from '../intake/given.ts'
import { type Parcel, takeParcel } from '../intake/intake.ts'
import { closeRings, toMetres } from '../intake/rings.ts'
import { checking } from '../measure/failure.ts'
import { one } from '../measure/rows.ts'
import { LandCheckRequestSchema } from '../request.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { findCheckRecord, resultOf } from './audit.ts'
import { getStanding, type RecordedEvent, recordEvent } from './event.ts'
import { farthestOutward } from './outward.ts'
import { findRuleset, frozenOf } from './replay.ts'
import { approvedCount, asBuiltTooComplex, recordUnreadable } from './trust-problems.ts'

const { geojson, wkt, vertices, crs, txt, parcelCode, plot, sourceFile, datum, repair } =
  LandCheckRequestSchema.properties
const forms = { geojson, wkt, vertices, crs, txt, parcelCode, plot, sourceFile, datum, repair }
const strict = { additionalProperties: false } as const

/** What was built against what was approved (验收). */
export const AsBuiltSchema = Type.Object(
  {
    approved: Type.Object(
      {
        landCheck: Type.Optional(
          Type.String({
            pattern: '^lc_[0-9A-HJKMNP-TV-Z]{26}$',
            description: 'The parcel of this land-check was approved'
          })
        ),
        ...forms
      },
      strict
    ),
    built: Type.Object(forms, strict),
    ruleset: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          'What is tolerated, by this rule set; default: as it was when the land-check was made, else homestead-demo'
      })
    ),
    purpose: Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
  },
  strict
)
export type AsBuiltRequest = Static<typeof AsBuiltSchema>

const MOST_VERTICES = 4000

/**
 * Compares what was built with what was approved and keeps the comparison. Both are taken in as the parcel of a
 * land-check is, and lie on the grid of the working CRS.
 * @throws the problems of intake; LAND_CHECK_UNKNOWN, RULESET_UNKNOWN, APPROVED_NOT_ONE, PAYLOAD_TOO_LARGE
 */
export async function compareAsBuilt(
  engine: LandCheckEngine,
  request: AsBuiltRequest,
  actor: string
): Promise<RecordedEvent> {
  const { landCheck = null, ...given } = request.approved
  if (landCheck !== null && Object.keys(given).length > 0) throw approvedCount()
  if (landCheck === null && Object.keys(given).length === 0) throw approvedCount()
  const check = landCheck === null ? null : await approvedCheck(engine, landCheck)
  const ruleset = rulesetOf(engine, request, check?.past)
  const { id, hash, version } = ruleset
  const compared = await engine.db.transaction(async tx => {
    const now = { tx, engine, ruleset }
    // A parcel that was named by its code is the one that had the code then.
    const then = check?.past ? { ...now, frozen: frozenOf(check.result, check.past) } : now
    const asked = check?.request ?? { ...given, ruleset: id }
    const approved = await takeParcel(tx, asked, ruleset, await groundOf(then, asked))
    const built = await takeParcel(tx, { ...request.built, ruleset: id }, ruleset, await groundOf(now, {}))
    return compare(tx, approved, built, ruleset)
  }, checking(engine.timeoutMs))
  const standing = check && { approvedVerdict: check.standing.verdict, supersededBy: check.standing.supersededBy }
  const content = { ...standing, ...compared, ruleset: { id, version, hash }, request }
  return recordEvent(engine.db, { kind: 'as-built', landCheck, actor, algorithm: engine.hash, content })
}

/** A land-check that approved a parcel, and the rule set as it was then. */
async function approvedCheck(engine: LandCheckEngine, id: string) {
  const standing = await getStanding(engine.db, id)
  const kept = await findCheckRecord(engine.db, id)
  const result = kept && resultOf(kept)
  if (!result) throw recordUnreadable({ id })
  return { standing, request: kept.request, result, past: await findRuleset(engine, result.provenance.ruleset) }
}

function rulesetOf(engine: LandCheckEngine, { ruleset }: AsBuiltRequest, past: Ruleset | undefined): Ruleset {
  return ruleset === undefined && past ? past : getRuleset(engine.rulesets, ruleset ?? 'homestead-demo')
}

async function compare(tx: Queryable, approved: Parcel, built: Parcel, ruleset: Ruleset) {
  const outlines = [approved, built].map(({ grid }) => toMetres(grid, ruleset.gridM))
  const count = outlines.flat(3).length
  if (count > MOST_VERTICES) throw asBuiltTooComplex({ vertices: count, limit: MOST_VERTICES })
  const overlay = one<Overlay>(await tx.query(planOverlay(approved.base, built.base, ruleset.gridM)))
  const farthest = farthestOutward(overlay.outside?.coordinates ?? [], closeRings(outlines[0]!))
  const maxOutwardM = lengthM(farthest?.distanceM ?? 0)
  const difference = squareM(built.areaPlanar - approved.areaPlanar)
  const at = farthest ? one<{ at: object }>(await tx.query(planPoint(farthest.at, ruleset))).at : null
  const previewOnly = approved.previewOnly || built.previewOnly
  const verdict = previewOnly ? null : judge({ maxOutwardM, difference }, ruleset)
  const geometryOf = (parcel: Parcel) => ({ inputHash: inputHashOf(parcel, ruleset), geometry: parcel.geometry })
  return {
    verdict,
    message: verdictText(verdict, maxOutwardM, difference),
    thresholds: ruleset.asBuilt ?? null,
    previewOnly,
    maxOutwardM,
    maxOutwardSlackM: farthest?.slackM ?? 0,
    farthest: at,
    areas: {
      approved: squareM(approved.areaPlanar),
      built: squareM(built.areaPlanar),
      difference,
      outside: squareM(overlay.outsideArea),
      missing: squareM(overlay.missingArea)
    },
    outside: overlay.geometry,
    approved: geometryOf(approved),
    built: geometryOf(built)
  }
}

type AsBuiltVerdict = 'WITHIN' | 'EXCEEDED' | null

/** Both limits are kept, or they are not; without limits there is nothing to say. */
function judge(found: { maxOutwardM: number; difference: number }, { asBuilt }: Ruleset): AsBuiltVerdict {
  if (!asBuilt) return null
  return found.maxOutwardM <= asBuilt.maxOutwardM && found.difference <= asBuilt.maxExcessM2 ? 'WITHIN' : 'EXCEEDED'
}

function verdictText(verdict: AsBuiltVerdict, outward: number, difference: number): Text {
  const zh = { WITHIN: '在容许范围内', EXCEEDED: '超出容许范围', none: '未给出容许值，不作结论' }
  const en = {
    WITHIN: 'within the limits',
    EXCEEDED: 'beyond the limits',
    none: 'no limits are given, so there is no verdict'
  }
  const [m, m2] = [outward.toFixed(4), difference.toFixed(2)]
  return {
    zh: `最大外偏 ${m} 米，面积差 ${m2} 平方米：${zh[verdict ?? 'none']}。`,
    en: `Greatest outward deviation ${m} m, area difference ${m2} m²: ${en[verdict ?? 'none']}.`
  }
}

interface Overlay {
  /** In the working CRS; null where nothing lies outside. */
  outside: { coordinates: Polygons } | null
  /** GeoJSON, longitude latitude. */
  geometry: object | null
  outsideArea: number
  missingArea: number
}

/** What was built beyond the approved, and what of the approved was not built. */
function planOverlay(approved: string, built: string, gridM: number) {
  const beyond = (a: string, b: string) =>
    sql`ST_Multi(ST_CollectionExtract(ST_Difference(o.${{ identifier: a }}, o.${{ identifier: b }}, ${gridM}::float8), 3))`
  return sql`SELECT CASE WHEN NOT ST_IsEmpty(d.outside) THEN ST_AsGeoJSON(d.outside, 4, 0)::json END AS outside,
      CASE WHEN NOT ST_IsEmpty(d.outside) THEN ST_AsGeoJSON(ST_Transform(d.outside, 4490), 10, 0)::json END AS geometry,
      ST_Area(d.outside) AS "outsideArea", ST_Area(d.missing) AS "missingArea"
    FROM (SELECT ${beyond('built', 'approved')} AS outside, ${beyond('approved', 'built')} AS missing
      FROM (SELECT ${approved}::geometry AS approved, ${built}::geometry AS built) AS o) AS d`
}

const planPoint = ([x, y]: readonly [number, number], { workingCrs }: Ruleset) =>
  sql`SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakePoint(${x}::float8, ${y}::float8), ${sridOf(workingCrs)}::integer), 4490),
    9, 0)::json AS at`
