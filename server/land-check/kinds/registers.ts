import type { Asked, Ground } from '../evaluate.ts'
import { refusalOf, undo } from '../measure/failure.ts'
import { one } from '../measure/rows.ts'
import type { HouseholdRule, Rule } from '../rules/rule.ts'
import { asksRegister, type HouseholdInput, planRegister, type Register } from './household.ts'

type Read = HouseholdInput['register']

/** What the registers of household rules hold under each parcel's pseudonym, by rule and place of the question. */
export async function readRegisters(ground: Ground, asked: Asked[]): Promise<Map<Rule, Read[]>> {
  const registers = new Map<Rule, Read[]>()
  for (const rule of ground.ruleset.rules) {
    if (rule.kind !== 'household') continue
    const read: Read[] = []
    for (const { request } of asked) read.push(await readRegister(ground, rule, request))
    registers.set(rule, read)
  }
  return registers
}

async function readRegister(ground: Ground, rule: HouseholdRule, request: Asked['request']): Promise<Read> {
  const { tx, catalog, snapshot, validTime } = ground
  const { household, stage } = request
  if (!household || !asksRegister(rule, { household, ...(stage && { stage }) })) return undefined
  const layer = catalog.find(rule.layer)
  const standing = snapshot.layers.find(({ id }) => id === rule.layer)
  if (!layer || !standing?.hasTable) return { unavailable: 'layer_missing' }
  if (standing.revision === 0 || standing.featureCount === 0) return { unavailable: 'no_data' }
  try {
    const { revision } = standing
    return one<Register>(await tx.query(planRegister(rule, layer, { household, revision, validTime })))
  } catch (error) {
    await undo(tx, error)
    const { reason, detail } = refusalOf(error)
    return { unavailable: reason, ...(detail && { detail }) }
  }
}
