import type { Evaluation } from '../evaluate.ts'
import type { Parcel } from '../intake/intake.ts'
import { CLASSES, type LandClass } from '../measure/measure.ts'
import { apportion } from './apportion.ts'
import type { Answer } from './result.ts'
import { shareOf, squareM } from './round.ts'

/** The net partition as it is answered: exact to 10⁻⁶ m², and apportioned to 0.01 m² so that the table sums. */
export function netOf({ measure, outcomes }: Evaluation, parcel: Parcel): Pick<Answer, 'net' | 'netCheck' | 'parts'> {
  const exact = CLASSES.map(land => measure.classes[land].area)
  const residual = parcel.areaPlanar - exact.reduce((sum, area) => sum + area, 0)
  // A partition that does not sum is no answer: nothing is said rather than something wrong.
  if (Math.abs(residual) > 1e-6 * parcel.areaPlanar) {
    throw new Error(`The net partition misses the parcel by ${residual} of ${parcel.areaPlanar} m².`)
  }
  const shown = apportion(parcel.areaPlanar, exact)
  const feeds = outcomes.filter(
    ({ rule }) => rule.kind === 'overlap' && ['prohibit', 'restrict', 'allow'].includes(rule.effect)
  )
  return {
    net: CLASSES.map((land, i) => ({
      class: land,
      area: shown[i]!,
      areaExact: squareM(exact[i]!),
      share: shareOf(exact[i]!, parcel.areaPlanar),
      geometry: measure.classes[land].geometry
    })),
    netCheck: {
      area: Math.round(parcel.areaPlanar * 100) / 100,
      residual: squareM(residual),
      complete: feeds.every(({ status }) => status !== 'NOT_EVALUATED')
    },
    parts: (measure.parts ?? []).map(({ area, classes }, i) => ({
      part: i + 1,
      area: Math.round(area * 100) / 100,
      net: partOf(area, classes)
    }))
  }
}

function partOf(area: number, classes: Record<LandClass, number>): Answer['parts'][number]['net'] {
  const shown = apportion(
    area,
    CLASSES.map(land => classes[land])
  )
  return CLASSES.map((land, i) => ({ class: land, area: shown[i]!, areaExact: squareM(classes[land]) }))
}
