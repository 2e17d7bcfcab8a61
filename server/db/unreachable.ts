import { defineProblem, type Problem } from '../lib/errors.ts'

const databaseUnreachable = defineProblem(
  'DATABASE_UNREACHABLE',
  503,
  { zh: '数据库暂时无法连接', en: 'The database cannot be reached just now' },
  {
    zh: '数据库正在重启，或连接均被占用。请按 Retry-After 稍后重试。',
    en: 'The database is restarting, or all its connections are in use. Try again after the time in Retry-After.'
  }
)

/** Seconds: a restart takes no longer, as a rule. */
const RETRY_AFTER = 5

/**
 * Of Node's connections, and of PostgreSQL (Appendix A of its manual): too_many_connections, admin_shutdown,
 * crash_shutdown, cannot_connect_now, and class 08, connection exceptions.
 */
const CODES = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|53300|57P0[123]|08...)$/
/** What `pg` and its pool say without a code. */
const WORDS = /timeout exceeded when trying to connect|Connection terminated|timeout expired/

/** The problem that an error of the database is where it had no connection; undefined for any other error. */
export function unreachable(error: Error & { code?: unknown; syscall?: unknown }): Problem | undefined {
  const isSo = WORDS.test(error.message) || (CODES.test(String(error.code)) && isOfConnection(error))
  return isSo ? databaseUnreachable({}, { cause: error, members: { retryAfter: RETRY_AFTER } }) : undefined
}

/** A file that is not there has the code of a socket that is not there. */
const isOfConnection = ({ code, syscall }: { code?: unknown; syscall?: unknown }): boolean =>
  code !== 'ENOENT' || syscall === 'connect'
