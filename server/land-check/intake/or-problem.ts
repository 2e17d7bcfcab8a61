import { Problem } from '../../lib/errors.ts'

/** A problem as a value, so that one parcel of many can have one. */

/** What the work gives, or the problem it throws; any other error is a fault and stays one. */
export function orProblem<T>(work: () => T): T | Problem {
  try {
    return work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

export function orThrow<T>(value: T | Problem): T {
  if (value instanceof Problem) throw value
  return value
}
