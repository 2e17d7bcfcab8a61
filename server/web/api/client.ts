import type { Text } from './types.ts'

export interface ProblemDetail {
  pointer?: string
  line?: number
  feature?: string | number
  message: Text
}

/** A refusal of the server (RFC 9457), or the network's, with its text in both languages. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly text: Text
  readonly details: ProblemDetail[]

  constructor(status: number, code: string, text: Text, details: ProblemDetail[] = []) {
    super(text.en)
    this.status = status
    this.code = code
    this.text = text
    this.details = details
  }
}

/** An address of the server, wherever the console is mounted. */
export const address = (path: string): string => new URL(path, document.baseURI).href

/**
 * Asks the server for JSON.
 * @throws ApiProblem
 */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(address(path), { credentials: 'same-origin', ...init }).catch(() => {
    throw unreachable()
  })
  if (!response.ok) throw await problemOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const post = <T>(path: string, body: unknown): Promise<T> =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** What anything thrown comes to, for showing. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new ApiProblem(0, 'CONSOLE_ERROR', { zh: `控制台内部错误：${reason}`, en: `Error in the console: ${reason}` })
}

export const unreachable = () =>
  new ApiProblem(0, 'UNREACHABLE', {
    zh: '连接不上服务器。请检查网络后重试。',
    en: 'The server cannot be reached. Check the network and try again.'
  })

async function problemOf(response: Response): Promise<ApiProblem> {
  return problemFrom(response.status, await response.text())
}

/** Reads a problem document; what is none is told by its status. */
export function problemFrom(status: number, body: string): ApiProblem {
  try {
    return problemOfDocument({ status, ...(JSON.parse(body) as object) })
  } catch {
    return new ApiProblem(status, `HTTP_${status}`, {
      zh: `服务器返回错误 ${status}。`,
      en: `The server answered with error ${status}.`
    })
  }
}

/** A problem document (RFC 9457) with our own members `code`, `messages` and `errors`. */
export function problemOfDocument(document: Record<string, unknown>): ApiProblem {
  const {
    status = 0,
    code,
    detail = '',
    messages,
    errors
  } = document as {
    status?: number
    code?: string
    detail?: string
    messages?: Text
    errors?: ProblemDetail[]
  }
  return new ApiProblem(status, code ?? `HTTP_${status}`, messages ?? { zh: detail, en: detail }, errors ?? [])
}
