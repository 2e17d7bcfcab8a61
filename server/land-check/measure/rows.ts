/**
 * The one row of a statement that always has one. The embedded database answers some failures inside GEOS with no rows
 * and no error; taken for "nothing found" that would be a false NO_HIT.
 */
export function one<R>(rows: object[]): R {
  if (rows.length !== 1) throw new Error(`The database answered ${rows.length} rows where there is always one.`)
  return rows[0] as R
}
