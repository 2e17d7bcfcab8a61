import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { unreachable } from '../db/unreachable.ts'
import {
  badRequest,
  defineProblem,
  internal,
  type Language,
  notFound,
  Problem,
  type ProblemDetail,
  problemDocument
} from '../lib/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What to tell of an error, for protocols that answer errors in a form of their own. */
    problemOf(error: FastifyError | Problem, request: FastifyRequest): Problem
  }
  interface FastifyRequest {
    /** `?lang=`, else what `Accept-Language` likes better of Chinese and English. */
    language: Language
  }
}

const tooLarge = defineProblem(
  'PAYLOAD_TOO_LARGE',
  413,
  { zh: '请求过大', en: 'Too large' },
  {
    zh: '请求体超过允许的大小。请减小内容，或改用 /api/uploads 上传文件。',
    en: 'The request body is larger than allowed. Make it smaller, or send files to /api/uploads.'
  }
)
const unsupportedType = defineProblem(
  'UNSUPPORTED_MEDIA_TYPE',
  415,
  { zh: '不支持的内容类型', en: 'Unsupported media type' },
  {
    zh: '此地址不接受 Content-Type “{type}”。接口文档见 /api/docs。',
    en: 'This address does not take Content-Type "{type}". /api/docs says what it takes.'
  }
)
const tooMany = defineProblem(
  'TOO_MANY_REQUESTS',
  429,
  { zh: '请求过于频繁', en: 'Too many requests' },
  { zh: '请求过于频繁，请按 Retry-After 稍后重试。', en: 'Too many requests; try again after the time in Retry-After.' }
)

/** Every error of the API is answered here, as problem+json (RFC 9457). */
export default fp(
  async app => {
    app.decorate('problemOf', toProblem)
    app.decorateRequest('language', {
      getter(this: FastifyRequest) {
        const { lang } = this.query as Record<string, unknown>
        return languageOf(lang, this.headers['accept-language'])
      }
    })
    app.setErrorHandler((error: FastifyError, request, reply) =>
      answer(toProblem(error, request), error, request, reply)
    )
    app.setNotFoundHandler((request, reply) =>
      answer(notFound({ what: `${request.method} ${pathOf(request.url)}` }), undefined, request, reply)
    )
  },
  { name: 'errors' }
)

const pathOf = (url: string): string => url.split('?', 1)[0] ?? ''

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8'

/** What is answered: the problem document, and by what the log names the request. */
export const answerDocument = (problem: Problem, language: Language, url: string, requestId: string) => ({
  ...problemDocument(problem, language, pathOf(url)),
  requestId
})

function answer(problem: Problem, error: Error | undefined, request: FastifyRequest, reply: FastifyReply) {
  // To say when to come back is no failure.
  if (problem.status >= 500 && !problem.members['retryAfter'])
    request.log.error({ err: error, code: problem.code, requestId: request.id }, 'request failed')
  if (problem.members['retryAfter']) reply.header('retry-after', String(problem.members['retryAfter']))
  const body = answerDocument(problem, request.language, request.url, request.id)
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_JSON)
    .serializer(JSON.stringify)
    .send(body)
}

function toProblem(error: FastifyError | Problem, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return badRequest({ reason: error.message }, { details: validationDetails(error) })
  if (error.statusCode === 413) return tooLarge()
  if (error.statusCode === 415) return unsupportedType({ type: request.headers['content-type'] ?? '' })
  if (error.statusCode === 429) return tooMany()
  if (error.statusCode && error.statusCode < 500) return badRequest({ reason: error.message })
  return unreachable(error) ?? internal({}, { cause: error })
}

function validationDetails(error: FastifyError): ProblemDetail[] {
  return (error.validation ?? []).slice(0, 20).map(({ instancePath, message = '', params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
    return {
      pointer: `/${error.validationContext ?? 'body'}${instancePath}`,
      message: { zh: `不符合要求:${message}${extra}`, en: `${message}${extra}` }
    }
  })
}

/**
 * @param lang of the address
 * @param header `Accept-Language`
 */
export function languageOf(lang: unknown, header = ''): Language {
  if (lang === 'zh' || lang === 'en') return lang
  const wanted = header
    .split(',')
    .map(part => {
      const [tag = '', weight] = part.trim().toLowerCase().split(';q=')
      return { tag: tag.slice(0, 2), weight: Number(weight ?? 1) }
    })
    .filter(({ tag }) => tag === 'zh' || tag === 'en')
    .sort((a, b) => b.weight - a.weight)
  return (wanted[0]?.tag as Language | undefined) ?? 'zh'
}
