import { type Queryable, sql, type TransactionOptions } from '../../lib/sql.ts'
import type { NotEvaluated } from '../answer/judge.ts'

/** Why a rule cannot be asked, whatever the parcel. */
export interface Refusal {
  reason: NotEvaluated
  detail?: string
}

/**
 * The transaction of a check: one snapshot, and one savepoint, to which what fails is undone, as nothing is written. The
 * planner takes overlays for so dear that it would compile each statement (50 ms each); its plan depends on no value; and
 * what takes too long is given up (57014).
 */
export const checking = (timeoutMs = 10_000): TransactionOptions => ({
  isolation: 'repeatable read',
  readOnly: true,
  settings: { jit: 'off', plan_cache_mode: 'force_generic_plan', statement_timeout: `${timeoutMs}ms` },
  savepoint: 'rules'
})

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
