import { Agent as HttpAgent, get as httpGet, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'

export interface TileAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const TIMEOUT_MS = 60_000

/** Asks a server for tiles over kept connections, in the coding that is to be warmed, and as nobody or with a key. */
export class TileClient {
  readonly #base: URL
  readonly #agent: HttpAgent
  readonly #headers: Record<string, string>

  constructor(base: string, { connections, coding, key }: { connections: number; coding: string; key: string }) {
    this.#base = new URL(base)
    const options = { keepAlive: true, maxSockets: connections }
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    this.#headers = { 'accept-encoding': coding, ...(key && { 'x-api-key': key }) }
  }

  /** @param path below the base, with its query */
  get(path: string, headers: Record<string, string> = {}): Promise<TileAnswer> {
    const { protocol, pathname } = this.#base
    const url = new URL(pathname.replace(/\/$/, '') + path, this.#base)
    const options: RequestOptions = {
      agent: this.#agent,
      headers: { ...this.#headers, ...headers },
      timeout: TIMEOUT_MS
    }
    return new Promise((resolve, reject) => {
      const sent = (protocol === 'https:' ? httpsGet : httpGet)(url, options, answer => {
        const chunks: Buffer[] = []
        answer.on('data', chunk => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
        )
      })
      sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer within ${TIMEOUT_MS / 1000} s`)))
      sent.on('error', reject)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
