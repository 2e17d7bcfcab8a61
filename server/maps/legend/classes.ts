import type { ClassValue } from './field-values.ts'
import type { FieldUse } from './fields-of-style.ts'
import type { Mark } from './marks.ts'

/** A field with the values it is tried with. */
export interface Tried {
  use: FieldUse
  values: ClassValue[]
}

/** Features that look alike. */
export interface Class {
  /** What tells them from others; empty: nothing. */
  field: string
  values: ClassValue[]
  marks: Mark[]
}

/** The marks of a feature with such fields. */
export type LookAt = (properties: Record<string, unknown>) => Mark[]

/** The looks features have by one field, the others being fixed; a look's marks as a text name it. */
function looksBy({ use, values }: Tried, others: Record<string, unknown>, lookAt: LookAt): Map<string, Class> {
  const looks = new Map<string, Class>()
  for (const value of values) {
    const marks = lookAt({ ...others, [use.field]: value.value })
    const key = JSON.stringify(marks)
    const known = looks.get(key)
    if (known) known.values.push(value)
    else if (marks.length > 0) looks.set(key, { field: use.field, values: [value], marks })
  }
  return looks
}

/**
 * The classes by one field, then those that the other fields add to them. Which is the one, and the values that the
 * others are fixed at meanwhile, are those that make for the most classes. What the style does not name comes last.
 */
export function classify(tried: readonly Tried[], lookAt: LookAt): Class[] {
  if (tried.length === 0) {
    const marks = lookAt({})
    return marks.length > 0 ? [{ field: '', values: [], marks }] : []
  }
  const usual = Object.fromEntries(tried.map(({ use, values }) => [use.field, values[0]?.value]))
  let best = new Map<string, Class>()
  let most = 0
  for (const one of tried) {
    for (const around of surroundings(tried, one, usual)) {
      const looks = looksBy(one, around, lookAt)
      const own = looks.size
      for (const other of tried.filter(other => other !== one)) {
        for (const [key, look] of looksBy(other, around, lookAt)) if (!looks.has(key)) looks.set(key, look)
      }
      if (looks.size > best.size || (looks.size === best.size && own > most)) [best, most] = [looks, own]
    }
  }
  const classes = [...best.values()]
  const rank = ({ field, values }: Class) =>
    field !== classes[0]?.field ? 2 : values.some(({ isOther }) => isOther) ? 1 : 0
  return classes.toSorted((a, b) => rank(a) - rank(b))
}

/** The usual values, and those with one other field changed. */
const surroundings = (
  tried: readonly Tried[],
  one: Tried,
  usual: Record<string, unknown>
): Record<string, unknown>[] => [
  usual,
  ...tried
    .filter(other => other !== one)
    .flatMap(({ use, values }) => values.slice(1).map(({ value }) => ({ ...usual, [use.field]: value })))
]
