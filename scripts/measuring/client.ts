import { Agent, request } from 'node:http'

export interface Reply {
  status: number
  body: Buffer
  headers: NodeJS.Dict<string | string[]>
}

/** A client that keeps its connections, as a busy approval system would. */
export class Client {
  readonly #base: URL
  readonly #key: string
  readonly #agent: Agent

  constructor(base: string, key: string, connections: number) {
    this.#base = new URL(base)
    this.#key = key
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** Posts JSON where there is something to send, else gets. Throws when nobody answers within the time. */
  ask(path: string, json?: unknown, timeoutMs = 60_000, more: Record<string, string> = {}): Promise<Reply> {
    const body = json === undefined ? undefined : JSON.stringify(json)
    const headers = {
      'x-api-key': this.#key,
      ...more,
      ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    }
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.#base),
        { agent: this.#agent, method: body ? 'POST' : 'GET', headers, timeout: timeoutMs },
        reply => {
          const chunks: Buffer[] = []
          reply.on('data', chunk => chunks.push(chunk))
          reply.on('error', reject)
          reply.on('end', () =>
            resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks), headers: reply.headers })
          )
        }
      )
      sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer within ${timeoutMs} ms`)))
      sent.on('error', reject)
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
