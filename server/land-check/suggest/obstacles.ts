import { VERDICTS, type Verdict, worst } from '../answer/judge.ts'
import { requiredM } from '../kinds/distance.ts'
import { SEVERITY } from '../kinds/judged.ts'
import { judgeTenure } from '../kinds/tenure.ts'
import type { LandCheckRequest } from '../request.ts'
import type { LayerRule, OverlapRule, TenureRule } from '../rules/rule.ts'
import type { Against, Needed, Obstacle } from './plan-against.ts'

/** A feature around the parcel: what its rule needs to know of it, and its shape, hex EWKB in the working CRS. */
export interface Nearby {
  /** Place of the rule in the rule set; null: a surveyed area. */
  rule: number | null
  attributes: Record<string, unknown>
  code: string | null
  offsetM: number | null
  /** Layers whose surveyed area it is. */
  surveyed: string[] | null
  geom: string
  points: number
}

interface Around {
  nearby: readonly Nearby[]
  /** The rules that were asked, by place. */
  rules: ReadonlyMap<number, LayerRule>
  request: LandCheckRequest
}

/** What counts against a parcel, and how much. */
type Counted<T> = T & { severity: Verdict }
export interface Counting {
  obstacles: Counted<Obstacle>[]
  needed: Counted<Needed>[]
}

/** What would count against the parcel wherever it lay: pure, by the rules as they are judged. */
export function countingOf({ nearby, rules, request }: Around): Counting {
  const obstacles = nearby.flatMap(feature => {
    const rule = feature.rule === null ? undefined : rules.get(feature.rule)
    return rule ? (obstacleOf(rule, feature, request) ?? []) : []
  })
  const ofRule = (wanted: (rule: LayerRule) => boolean) =>
    nearby.filter(({ rule }) => rule !== null && rules.has(rule) && wanted(rules.get(rule)!))
  const shapes = (features: readonly Nearby[]) => features.map(({ geom }) => geom)
  const zoned = ofRule(rule => rule.kind === 'overlap' && ['prohibit', 'restrict', 'allow'].includes(rule.effect))
  const owned = [...rules.values()].flatMap(rule =>
    rule.kind !== 'tenure' || !rule.mustCover
      ? []
      : {
          geoms: shapes(ofRule(other => other === rule).filter(feature => !tenureSeverity(rule, feature, request))),
          ignoreGaps: true,
          severity: SEVERITY[rule.mustCover.effect]
        }
  )
  const asked = [...new Set([...rules.values()].flatMap(rule => (rule.mandatory && !rule.coverage ? rule.layer : [])))]
  const surveyed = asked.map(id => shapes(nearby.filter(feature => feature.surveyed?.includes(id))))
  const distinct = [...new Map(surveyed.map(geoms => [geoms.join(), geoms])).values()]
  return {
    obstacles,
    needed: [
      { geoms: shapes(zoned), ignoreGaps: true, severity: 'REVIEW' },
      ...owned,
      ...distinct.map(geoms => ({ geoms, ignoreGaps: false, severity: 'INDETERMINATE' as const }))
    ]
  }
}

/** What must be kept clear of for a verdict as good as this one. */
export function againstFor(level: Verdict, { obstacles, needed }: Counting): Against {
  const worse = (verdict: Verdict) => VERDICTS.indexOf(verdict) < VERDICTS.indexOf(level)
  return {
    obstacles: obstacles
      .filter(({ severity, zeroTolerance }) => worse(severity) || (zeroTolerance && worse('REVIEW')))
      .map(({ severity: _, ...obstacle }) => ({
        ...obstacle,
        zeroTolerance: obstacle.zeroTolerance && worse('REVIEW')
      })),
    needed: needed.filter(({ severity }) => worse(severity)).map(({ severity: _, ...ground }) => ground)
  }
}

function obstacleOf(rule: LayerRule, feature: Nearby, request: LandCheckRequest): Counting['obstacles'][number] | null {
  const { geom } = feature
  switch (rule.kind) {
    case 'overlap': {
      const severity = overlapSeverity(rule)
      return severity === 'PASS' ? null : { geom, keepM: 0, zeroTolerance: rule.zeroTolerance, severity }
    }
    case 'distance': {
      const required = requiredM(rule, feature)
      if (required === null) return null
      return { geom, keepM: required + (feature.offsetM ?? 0), zeroTolerance: false, severity: SEVERITY[rule.effect] }
    }
    case 'tenure': {
      const severity = tenureSeverity(rule, feature, request)
      return severity && { geom, keepM: 0, zeroTolerance: false, severity }
    }
  }
}

function overlapSeverity({ effect, lawStatus }: OverlapRule): Verdict {
  if (lawStatus === 'changeWithPreEffect') return 'REVIEW'
  return lawStatus === 'changeWithoutPreEffect' ? 'PASS' : SEVERITY[effect]
}

/** Judged as if the existing parcel lay under all of the applied one; null where that would be as it should. */
function tenureSeverity(rule: TenureRule, { attributes }: Nearby, request: LandCheckRequest): Verdict | null {
  const text = (field: string | undefined) => (field ? ((attributes[field] as string | null) ?? null) : null)
  const held = {
    code: text(rule.codeField),
    holder: text(rule.holderField),
    collective: text(rule.mustCover?.collectiveField),
    area: 1
  }
  const { reasons } = judgeTenure(rule, {
    parcels: { base: [held] },
    ground: { base: { area: 1, covered: 1 } },
    ignorableM2: 0,
    ...(request.household && { household: request.household }),
    stage: request.stage
  })
  const severity = worst((reasons.base ?? []).map(reason => reason.severity))
  return severity === 'PASS' ? null : severity
}
