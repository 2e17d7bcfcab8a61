import type { Reason } from '../answer/judge.ts'
import type { Answer } from '../answer/result.ts'
import { squareM } from '../answer/round.ts'
import type { LandCheckRequest } from '../request.ts'
import type { CapRule } from '../rules/rule.ts'
import { everywhere, type Judged, notEvaluated, SEVERITY } from './judged.ts'

/** Area caps from a dated table (reference: land-check §3.4 and §2.6; 广东省土地管理条例 第四十二条). */

export interface CapInput {
  /** m², unrounded. */
  areaPlanar: number
  areaEllipsoid: number
  terrainClass?: LandCheckRequest['terrainClass']
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
}

export interface CapJudged extends Judged {
  caps: Answer['caps']
}

/** m²: floating point is no excess. */
const NOISE = 1e-9

/**
 * The unrounded area, by the rule's method, against the cap of the day and the terrain. A cap looks at the parcel as
 * applied for, so it says the same for the eroded and the dilated one: how well a boundary was surveyed makes no
 * parcel larger.
 */
export function judgeCap(rule: CapRule, input: CapInput): CapJudged {
  const inForce = rule.values.filter(
    ({ validFrom, validTo }) => validFrom <= input.validTime && (validTo === undefined || input.validTime < validTo)
  )
  if (inForce.length === 0) {
    return { ...notEvaluated(rule, 'input_missing', `no cap is in force on ${input.validTime}`), caps: [] }
  }
  const terrain = input.terrainClass ?? rule.defaultTerrain
  if (terrain === undefined && inForce.some(value => value.terrain)) {
    return { ...notEvaluated(rule, 'input_missing', 'terrainClass'), caps: [] }
  }
  const fitting = inForce.filter(value => value.terrain === undefined || value.terrain === terrain)
  if (fitting.length === 0) {
    return { ...notEvaluated(rule, 'input_missing', `no cap for terrain ${terrain} on ${input.validTime}`), caps: [] }
  }
  const lines = fitting.map(value => lineOf(rule, value, input))
  const reasons = lines.flatMap((line, i) => (line.kept ? [] : reasonOf(rule, fitting[i]!, input)))
  return {
    status: reasons.length > 0 ? 'HIT' : 'NO_HIT',
    reasons: everywhere(reasons),
    caps: lines
  }
}

type CapValue = CapRule['values'][number]

const measured = ({ areaMethod }: CapRule, { areaPlanar, areaEllipsoid }: CapInput) =>
  areaMethod === 'planar' ? areaPlanar : areaEllipsoid

function lineOf(rule: CapRule, { code, maxM2, citation }: CapValue, input: CapInput): CapJudged['caps'][number] {
  const area = measured(rule, input)
  const kept = area - maxM2 <= rule.toleranceM2 + NOISE
  return {
    rule: rule.id,
    code,
    maxM2,
    areaM2: squareM(area),
    areaMethod: rule.areaMethod,
    excessM2: kept ? 0 : squareM(area - maxM2),
    kept,
    citation
  }
}

const METHOD = { planar: { zh: '平面', en: 'planar' }, ellipsoid: { zh: '椭球', en: 'ellipsoidal' } }
/** m² to where an excess over the tolerance shows. */
const exact = (area: number) => area.toFixed(3)

function reasonOf(rule: CapRule, { title, maxM2 }: CapValue, input: CapInput): Reason {
  const area = measured(rule, input)
  const other = rule.areaMethod === 'planar' ? 'ellipsoid' : 'planar'
  const otherArea = other === 'planar' ? input.areaPlanar : input.areaEllipsoid
  const [by, beside] = [METHOD[rule.areaMethod], METHOD[other]]
  const zh = `${by.zh}面积${exact(area)}平方米，超过${title.zh}上限${maxM2}平方米${exact(area - maxM2)}平方米（${beside.zh}面积${exact(otherArea)}平方米）。`
  const en = `The ${by.en} area of ${exact(area)} m² is ${exact(area - maxM2)} m² above the cap of ${maxM2} m² for ${title.en} (${beside.en} area: ${exact(otherArea)} m²).`
  return { code: 'AREA_CAP_EXCEEDED', severity: SEVERITY[rule.effect], rule: rule.id, message: { zh, en } }
}
