import type { Asked, Ground } from '../evaluate.ts'
import { refusalOf, undo } from '../measure/failure.ts'
import type { HouseholdRule, Rule } from '../rules/rule.ts'
import { asksRegister, type HouseholdInput, planRegister, type Register } from './household.ts'

type Read = HouseholdInput['register']
type Household = NonNullable<HouseholdInput['household']>

/** What the registers of household rules hold under each parcel's pseudonym, by rule and place of the question. */
export async function readRegisters(ground: Ground, asked: Asked[]): Promise<Map<Rule, Read[]>> {
  const registers = new Map<Rule, Read[]>()
  for (const rule of ground.ruleset.rules) {
    if (rule.kind !== 'household') continue
    const households = asked.map(({ request: { household, stage } }) =>
      household && asksRegister(rule, { household, ...(stage && { stage }) }) ? household : undefined
    )
    const read = await readRegister(
      ground,
      rule,
      households.flatMap(household => household ?? [])
    )
    registers.set(
      rule,
      households.map(household => household && read.shift())
    )
  }
  return registers
}

async function readRegister(ground: Ground, rule: HouseholdRule, households: Household[]): Promise<Read[]> {
  const { catalog, snapshot } = ground
  const unavailable = (read: Read) => households.map(() => read)
  const layer = catalog.find(rule.layer)
  const standing = snapshot.layers.find(({ id }) => id === rule.layer)
  if (!layer || !standing?.hasTable) return unavailable({ unavailable: 'layer_missing' })
  if (standing.revision === 0 || standing.featureCount === 0) return unavailable({ unavailable: 'no_data' })
  const plan = (some: Household[]) =>
    planRegister(rule, layer, { households: some, revision: standing.revision, validTime: ground.validTime })
  return readEach(ground, households, plan)
}

/** Together; where that fails each alone, so that a pseudonym the database chokes on spoils no other. */
async function readEach(
  ground: Ground,
  households: Household[],
  plan: (some: Household[]) => ReturnType<typeof planRegister>
): Promise<Read[]> {
  if (households.length === 0) return []
  try {
    const rows = await ground.tx.query<Register>(plan(households))
    if (rows.length !== households.length) {
      throw new Error(`The database answered ${rows.length} rows for ${households.length} households.`)
    }
    return rows
  } catch (error) {
    await undo(ground.tx, error)
    if (households.length === 1) {
      const { reason, detail } = refusalOf(error)
      return [{ unavailable: reason, ...(detail && { detail }) }]
    }
  }
  const alone: Read[] = []
  for (const household of households) alone.push(...(await readEach(ground, [household], plan)))
  return alone
}
