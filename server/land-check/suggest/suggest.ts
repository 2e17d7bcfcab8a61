import { ellipsoidalArea, planarArea } from '../../lib/area.ts'
import { findCrs } from '../../lib/crs.ts'
import type { Queryable } from '../../lib/sql.ts'
import type { Composed } from '../answer/compose.ts'
import { VERDICTS, type Verdict, worst } from '../answer/judge.ts'
import type { Answer } from '../answer/result.ts'
import { lengthM } from '../answer/round.ts'
import type { Polygons } from '../intake/given.ts'
import { toMetres } from '../intake/rings.ts'
import type { LandCheckRequest } from '../request.ts'
import { suggestionText } from './messages.ts'
import { againstFor, type Counting, countingOf, type Nearby } from './obstacles.ts'
import { type Against, type Body, REACH_M } from './plan-against.ts'
import { type Drawn, gridWkb, planDrawn } from './plan-drawn.ts'
import { planNearby } from './plan-nearby.ts'
import { type LeftPart, planParts } from './plan-parts.ts'
import { planShift, type Shift } from './plan-shift.ts'
import { scaleToCap } from './scale.ts'

/** How a parcel could be changed to comply (reference: land-check §3.4, suggestions). Advice, never part of a verdict. */

type Suggestion = Answer['suggestions'][number]

/** Checks parcels again as the one they are suggested for: same transaction, same snapshot. */
export type Recheck = (requests: LandCheckRequest[]) => Promise<({ answer: Answer } | { problem: unknown })[]>

interface Candidate {
  kind: Suggestion['kind']
  /** Hex WKB in the working CRS, on the grid. */
  geom: string
  shift?: Shift
}

/** Beyond so many pairs of edges the parcel is moved as its convex hull; beyond so many corners around, not at all. */
const MOST_PAIRS = 20_000
const MOST_CORNERS = 20_000

/** Verdicts worth reaching, best first. Nobody is helped by one that cannot be given. */
const LEVELS: Verdict[] = ['PASS', 'CONDITIONAL', 'REVIEW']

/**
 * Suggestions for a parcel that does not pass, at most one of each kind, each checked again and answered only where its
 * verdict is strictly better. What is looked for is a PASS; where no part or place has one (conditions that hold
 * everywhere around), the best verdict that some have.
 */
export async function suggest(
  tx: Queryable,
  composed: Composed,
  answer: Answer,
  recheck: Recheck
): Promise<Suggestion[]> {
  const { parcel, request } = composed
  const levels = LEVELS.filter(level => isBetter(level, answer.verdict))
  if (levels.length === 0 || parcel.previewOnly || !isBetter(bestAnywhere(composed), answer.verdict)) return []
  const counting = await countingAround(tx, composed)
  const found = await checkAgain(scaledTo(answer, composed))
  let before = ''
  for (const level of levels) {
    const against = againstFor(level, counting.counting)
    const key = JSON.stringify(against)
    if (key === before) continue
    before = key
    const candidates = await cutAndMoved(tx, composed, against, counting.corners)
    found.push(...(await checkAgain(candidates.filter(({ kind }) => !found.some(other => other.kind === kind)))))
  }
  return found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))

  async function checkAgain(candidates: Candidate[]): Promise<Suggestion[]> {
    if (candidates.length === 0) return []
    const drawn = await tx.query<Drawn & object>(
      planDrawn(
        composed.ruleset,
        candidates.map(({ geom }) => geom)
      )
    )
    const checked = await recheck(drawn.map(({ geometry }) => sameQuestion(request, geometry)))
    const answered = candidates.flatMap((candidate, i) => {
      const again = checked[i]
      if (!again || 'problem' in again || !isBetter(again.answer.verdict, answer.verdict)) return []
      return { candidate, drawn: drawn[i]!, answer: again.answer }
    })
    return KINDS.flatMap(kind => bestOf(answered.filter(({ candidate }) => candidate.kind === kind)) ?? [])
  }
}

const KINDS: Suggestion['kind'][] = ['largest-buildable', 'trim', 'shift', 'scale-to-cap']

const isBetter = (verdict: Verdict, than: Verdict) =>
  verdict !== 'INDETERMINATE' && VERDICTS.indexOf(verdict) > VERDICTS.indexOf(than)

/** The verdict at best, whatever the parcel: some of what counts against it has nothing to do with where it lies. */
function bestAnywhere({ evaluation }: Composed): Verdict {
  const fixed = evaluation.outcomes.filter(
    ({ rule, reason }) =>
      rule.kind === 'household' ||
      (['layer_missing', 'layer_stale', 'no_data', 'timeout', 'error'] as unknown[]).includes(reason) ||
      (rule.kind === 'cap' && reason === 'input_missing')
  )
  return worst(fixed.flatMap(({ reasons }) => reasons.base ?? []).map(({ severity }) => severity))
}

/** The request with another parcel. */
function sameQuestion(request: LandCheckRequest, geojson: object): LandCheckRequest {
  const { wkt, vertices, crs, txt, parcelCode, plot, sourceFile, datum, repair, declaredAreaM2, include, ...rest } =
    request
  return { ...rest, geojson }
}

async function countingAround(
  tx: Queryable,
  { ruleset, evaluation, parcel, request }: Composed
): Promise<{ counting: Counting; corners: number }> {
  const { validTime, queried } = evaluation
  const query = { ruleset, rules: queried.rules, coverage: queried.coverage, base: parcel.base, validTime }
  const nearby = await tx.query<Nearby & object>({ ...planNearby(query), keepPlan: true })
  const rules = new Map(queried.rules.map(({ place, rule }) => [place, rule]))
  return {
    counting: countingOf({ nearby, rules, request }),
    corners: nearby.reduce((sum, { points }) => sum + points, 0)
  }
}

async function cutAndMoved(
  tx: Queryable,
  { ruleset, parcel }: Composed,
  against: Against,
  corners: number
): Promise<Candidate[]> {
  const { base, dilated, grid } = parcel
  const body: Body = { base, dilated }
  const left = await tx.query<LeftPart & object>(planParts(ruleset, body, against))
  if (corners > MOST_CORNERS) return left
  const hull = corners * grid.flat(2).length > MOST_PAIRS
  const [shift] = await tx.query<Shift & object>(planShift(ruleset, body, against, hull))
  if (!shift || (shift.east === 0 && shift.north === 0)) return left
  const geom = gridWkb(moved(grid, shift), ruleset.gridM)
  return Math.hypot(shift.east, shift.north) * ruleset.gridM > REACH_M
    ? left
    : [...left, { kind: 'shift', geom, shift }]
}

const moved = (grid: Polygons, { east, north }: Shift): Polygons =>
  grid.map(rings => rings.map(ring => ring.map(([x, y]) => [x + east, y + north])))

/** By the cap that is exceeded most. */
function scaledTo({ caps }: Answer, { ruleset, parcel }: Composed): Candidate[] {
  const [cap] = caps.filter(({ kept }) => !kept).sort((a, b) => a.maxM2 / a.areaM2 - b.maxM2 / b.areaM2)
  if (!cap) return []
  const { gridM } = ruleset
  const gauss = findCrs(ruleset.workingCrs)?.gauss
  const areaOf = (grid: Polygons) =>
    cap.areaMethod === 'ellipsoid' && gauss ? ellipsoidalArea(toMetres(grid, gridM), gauss) : planarArea(grid, gridM)
  const scaled = scaleToCap({ grid: parcel.grid, gridM, capM2: cap.maxM2, areaOf })
  return scaled ? [{ kind: 'scale-to-cap', geom: gridWkb(scaled, gridM) }] : []
}

interface Answered {
  candidate: Candidate
  drawn: Drawn
  answer: Answer
}

/** Of the attempts at one kind: the best verdict, then one that rests on no tolerance, then the first. */
function bestOf(answered: Answered[]): Suggestion | undefined {
  const rank = ({ answer, candidate }: Answered) =>
    VERDICTS.indexOf(answer.verdict) * 2 + (isSure(answer, candidate.kind) ? 1 : 0)
  const [best] = [...answered].sort((a, b) => rank(b) - rank(a))
  return best && suggestionOf(best)
}

const isSure = ({ slivers, boundarySensitive }: Answer, kind: Suggestion['kind']) =>
  slivers.every(sliver => sliver.kind === 'gap') && !(kind === 'largest-buildable' && boundarySensitive)

function suggestionOf({ candidate, drawn, answer }: Answered): Suggestion {
  const { kind, shift } = candidate
  const { circle, geometry } = drawn
  const suggestion = {
    kind,
    verdict: answer.verdict,
    area: answer.parcel.areaPlanar,
    shift: shift ? vectorOf(shift) : null,
    inscribedCircle:
      kind === 'largest-buildable'
        ? { center: [circle.lon, circle.lat] as [number, number], radiusM: lengthM(circle.radius) }
        : null,
    inputHash: answer.provenance.inputHash
  }
  return { ...suggestion, geometry, message: suggestionText(suggestion) }
}

/** The bearing runs clockwise from grid north. */
function vectorOf({ east, north }: Shift): NonNullable<Suggestion['shift']> {
  const perMetre = 10_000
  const bearing = (Math.atan2(east, north) * 180) / Math.PI
  return {
    eastM: east / perMetre,
    northM: north / perMetre,
    distanceM: lengthM(Math.hypot(east, north) / perMetre),
    bearingDeg: Math.round(((bearing + 360) % 360) * 1e4) / 1e4
  }
}
