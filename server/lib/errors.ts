/**
 * Errors a user can act on. An engine names its problems once with `defineProblem` and throws them; each protocol
 * answers them in one place (RFC 9457 problem+json on our API, XML where OGC says so).
 */

export interface Text {
  zh: string
  en: string
}

export type Language = keyof Text

/** One finding inside a problem: where it is (JSON pointer, feature, line) and what is wrong. */
export interface ProblemDetail {
  pointer?: string
  line?: number
  feature?: string | number
  message: Text
}

export interface ProblemExtra {
  /** Further members of the problem document (RFC 9457 §3.2). */
  members?: Record<string, unknown>
  details?: ProblemDetail[]
  cause?: unknown
}

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly text: Text
  readonly title: Text
  readonly members: Record<string, unknown>
  readonly details: ProblemDetail[]

  constructor(code: string, status: number, title: Text, text: Text, extra: ProblemExtra = {}) {
    super(text.en, { cause: extra.cause })
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.title = title
    this.text = text
    this.members = extra.members ?? {}
    this.details = extra.details ?? []
  }
}

export type ProblemMaker = ((values?: Record<string, unknown>, extra?: ProblemExtra) => Problem) & { code: string }

/**
 * Names a problem. `text` says what was wrong, where, and what to do; `{word}` in it is filled from the values.
 * @example export const layerNotFound = defineProblem('LAYER_NOT_FOUND', 404, title, { zh: '没有图层 {id}', en: 'No layer named {id}.' })
 */
export function defineProblem(code: string, status: number, title: Text, text: Text): ProblemMaker {
  const make = (values: Record<string, unknown> = {}, extra: ProblemExtra = {}) =>
    new Problem(code, status, title, { zh: fill(text.zh, values), en: fill(text.en, values) }, extra)
  return Object.assign(make, { code })
}

const fill = (template: string, values: Record<string, unknown>): string =>
  template.replace(/\{(\w+)\}/g, (_, word) => String(values[word] ?? ''))

/** The problem document of RFC 9457 §3, with both languages at hand. */
export function problemDocument(problem: Problem, language: Language, instance?: string): Record<string, unknown> {
  return {
    type: `urn:yitu:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title: problem.title[language],
    status: problem.status,
    detail: problem.text[language],
    code: problem.code,
    messages: problem.text,
    ...(problem.details.length > 0 && { errors: problem.details }),
    ...(instance && { instance }),
    ...problem.members
  }
}

export const notFound = defineProblem(
  'NOT_FOUND',
  404,
  { zh: '没有这个资源', en: 'No such resource' },
  {
    zh: '没有 {what}。请检查地址；可用资源见 /api/docs。',
    en: 'There is no {what}. Check the address; /api/docs lists what exists.'
  }
)
export const badRequest = defineProblem(
  'BAD_REQUEST',
  400,
  { zh: '请求有误', en: 'Bad request' },
  { zh: '请求不符合接口定义：{reason}。', en: 'The request does not fit the interface: {reason}.' }
)
export const unauthorized = defineProblem(
  'UNAUTHORIZED',
  401,
  { zh: '需要密钥', en: 'A key is needed' },
  {
    zh: '此操作需要有效的密钥（Authorization: Bearer …、X-API-Key: … 或 ?key=）。用 scripts/key 创建。',
    en: 'This needs a valid key (Authorization: Bearer …, X-API-Key: … or ?key=). Make one with scripts/key.'
  }
)
export const forbidden = defineProblem(
  'FORBIDDEN',
  403,
  { zh: '权限不足', en: 'Not allowed' },
  { zh: '此密钥的角色是 {role}，此操作需要 {needed}。', en: 'This key has the role {role}; this needs {needed}.' }
)
export const unavailable = defineProblem(
  'UNAVAILABLE',
  503,
  { zh: '暂时不可用', en: 'Not available just now' },
  { zh: '{what} 暂时不可用，请稍后重试。', en: '{what} is not available just now; try again shortly.' }
)
export const internal = defineProblem(
  'INTERNAL',
  500,
  { zh: '服务器内部错误', en: 'Internal error' },
  {
    zh: '服务器出错，已记录。请带上 requestId 联系管理员。',
    en: 'The server failed and has logged it. Quote the requestId to the administrator.'
  }
)
