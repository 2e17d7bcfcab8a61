import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../../lib/errors.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { exceptionPicture } from './exception-picture.ts'
import { exceptionReport, REPORT_TYPES, reportText } from './exception-report.ts'
import { negotiate } from './versions.ts'

/** What EXCEPTIONS may ask for, by its value in lower case: 1.3.0's names, and those of 1.1.1. */
const WAYS: ReadonlyMap<string, 'inimage' | 'blank'> = new Map([
  ['inimage', 'inimage'],
  ['blank', 'blank'],
  ['application/vnd.ogc.se_inimage', 'inimage'],
  ['application/vnd.ogc.se_blank', 'blank']
])

/** Answers an error: in words, or as a picture where a map was asked for and its size and format are known. */
export function exceptionReply(app: FastifyInstance) {
  return async (problem: Problem, error: Error, request: FastifyRequest, reply: FastifyReply, kvp: Kvp) => {
    // Of a client that has left nothing is said.
    if (reply.raw.destroyed) return reply.hijack()
    const { retryAfter } = problem.members
    if (problem.status >= 500 && !retryAfter) {
      request.log.error({ err: error, code: problem.code }, 'request failed')
    }
    request.refused = true
    reply.removeHeader('etag').removeHeader('warning').header('cache-control', 'no-store')
    if (retryAfter) reply.header('retry-after', String(retryAfter))
    const version = negotiate(kvp)
    const text = reportText(problem, request.language, request.id)
    const way = WAYS.get(kvp.get('exceptions')?.toLowerCase() ?? '')
    const asksForMap = kvp.get('request')?.toLowerCase() === 'getmap'
    const picture = way && asksForMap && (await exceptionPicture(app, kvp, way === 'inimage' ? text : null))
    if (picture) return reply.code(200).type(picture.type).send(picture.bytes)
    return reply
      .code(statusOf(problem))
      .type(REPORT_TYPES[version])
      .send(exceptionReport(problem, version, text))
  }
}

/**
 * What the standard reports is an answer like any other: many of its clients read the report only where the status is
 * 200. What HTTP itself has a status for keeps it.
 */
const statusOf = ({ status }: Problem): number => (status === 400 ? 200 : status)
