import { Type } from 'typebox'
import { Problem, problemDocument } from '../../lib/errors.ts'
import { inputHashOf, parcelOf } from '../answer/compose.ts'
import { ParcelSchema } from '../answer/parcel-schema.ts'
import { getRuleset, groundOf, type LandCheckEngine } from '../check.ts'
import { checking } from '../measure/failure.ts'
import type { LandCheckRequest } from '../request.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { type Candidate, type Parcel, takeCandidates, takeParcels } from './intake.ts'
import { orProblem } from './or-problem.ts'
import { choosePlot, formOf, readPlots } from './read-input.ts'

/** The dry run: what was understood of a parcel, or of every plot in a file. Nothing is checked and nothing is kept. */

const strict = { additionalProperties: false } as const

export const ParsedSchema = Type.Object(
  {
    ruleset: Type.String(),
    plots: Type.Array(
      Type.Object(
        {
          place: Type.Integer({ description: 'From 1; what plot may name' }),
          no: Type.String({ description: '地块编号; what plot may name' }),
          name: Type.String(),
          crs: Type.Union([Type.String(), Type.Null()], {
            description: 'As understood; null where that far it was not read'
          }),
          parcel: Type.Union([ParcelSchema, Type.Null()]),
          inputHash: Type.Union([Type.String(), Type.Null()], {
            description: 'Of the parcel, as a check would have it'
          }),
          previewOnly: Type.Boolean(),
          problem: Type.Union([Type.Unsafe<object>({ type: 'object', additionalProperties: true }), Type.Null()])
        },
        strict
      )
    )
  },
  strict
)

interface Read {
  no: string
  name: string
  candidate: Candidate | Problem
}

/**
 * Reads and settles every plot as a check would.
 * @param requests of one rule set; several where a file holds several features
 * @param names of the plots of those requests, where the file has some
 * @throws what is wrong with an input as a whole; what is wrong with a plot stands with the plot
 */
export async function parseLand(
  engine: LandCheckEngine,
  requests: readonly LandCheckRequest[],
  names: readonly { no: string; name: string }[] = []
) {
  const ruleset = getRuleset(engine.rulesets, requests[0]?.ruleset ?? '')
  const read = requests.flatMap((request, i) => readAll(request, names[i]))
  return engine.db.transaction(async tx => {
    const ground = await groundOf({ tx, engine, ruleset }, requests[0] ?? {})
    const taken =
      read.length > 0
        ? await takeCandidates(
            tx,
            read.map(({ candidate }) => candidate),
            ruleset,
            ground
          )
        : await takeParcels(tx, requests, ruleset, ground)
    const plots =
      read.length > 0 ? read : requests.map(({ parcelCode = '' }) => ({ no: parcelCode, name: '', candidate: null }))
    return {
      ruleset: ruleset.id,
      plots: plots.map(({ no, name, candidate }, i) => ({
        place: i + 1,
        no,
        name,
        ...shown(taken[i]!, candidate, ruleset)
      }))
    }
  }, checking(engine.timeoutMs))
}

/** None where the parcel is looked up by its code. */
function readAll(request: LandCheckRequest, named: { no: string; name: string } | undefined): Read[] {
  const form = formOf(request)
  if (form === 'parcelCode') return []
  const plots = readPlots(request, form)
  const chosen = request.plot === undefined ? plots : [choosePlot(plots, request.plot).plot]
  return chosen.map(plot => {
    const { no, name } = named ?? plot
    const plotName = form === 'txt' || plots.length > 1 || named ? { no, name } : null
    return { no, name, candidate: orProblem((): Candidate => ({ request, given: given(plot.parcel), plot: plotName })) }
  })
}

function given<T>(parcel: T | Problem): T {
  if (parcel instanceof Problem) throw parcel
  return parcel
}

function shown(taken: Parcel | Problem, candidate: Candidate | Problem | null, ruleset: Ruleset) {
  if (taken instanceof Problem) {
    const crs = candidate && !(candidate instanceof Problem) ? candidate.given.crs : null
    return { crs, parcel: null, inputHash: null, previewOnly: false, problem: problemDocument(taken, 'zh') }
  }
  const { crs, previewOnly } = taken
  return { crs, parcel: parcelOf(taken, ruleset), inputHash: inputHashOf(taken, ruleset), previewOnly, problem: null }
}
