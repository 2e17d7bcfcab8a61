import { type Queryable, sql } from '../../lib/sql.ts'
import type { NotEvaluated } from '../answer/judge.ts'

/** Why a rule cannot be asked, whatever the parcel. */
export interface Refusal {
  reason: NotEvaluated
  detail?: string
}

/** Nothing is written in a check, so one savepoint serves every statement: what fails is undone to here. */
export const SAVEPOINT = sql`SAVEPOINT rules`
const ROLLBACK = sql`ROLLBACK TO SAVEPOINT rules`

/** Goes back to the savepoint after a failed statement. A lost connection stays lost: then the cause is thrown. */
export async function undo(tx: Queryable, cause: unknown): Promise<void> {
  await tx.query(ROLLBACK).catch(() => {
    throw cause
  })
}

/** 57014 is query_canceled: the statement timed out. */
export const refusalOf = (error: unknown): Refusal => ({
  reason: (error as { code?: string }).code === '57014' ? 'timeout' : 'error',
  detail: (error as Error).message
})
