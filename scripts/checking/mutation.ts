/** A way to break the land-check that its tests must notice (reference: land-check §4.5). */
export interface Mutation {
  name: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  /** The test that must fail. */
  test: string
}

export const ENGINE = 'server/land-check'
export const CASES = 'test/land-check/cases.test.ts'
export const GOLDEN = 'test/land-check/golden.test.ts'
export const TABLE = 'test/land-check/ground-table.test.ts'

/** The source with the mutation in it; null where its place is not found exactly once. */
export function mutated({ find, replace }: Mutation, source: string): string | null {
  const at = source.indexOf(find)
  if (at < 0 || source.indexOf(find, at + 1) >= 0) return null
  return source.slice(0, at) + replace + source.slice(at + find.length)
}
