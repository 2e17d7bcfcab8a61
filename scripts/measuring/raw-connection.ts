import { connect, type Socket } from 'node:net'

/** What is kept of an answer. */
export interface RawReply {
  /** 0: the connection broke, or nothing came within the time. */
  status: number
  /** Of the body, as it was sent. */
  bytes: number
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * One HTTP/1.1 connection that is kept, for measuring: it asks one thing after the other and looks at no more of an
 * answer than its status and length, so that the client's share of the machine stays small.
 */
export class RawConnection {
  readonly #target: { host: string; port: number }
  #socket: Socket | null = null
  #done: ((reply: RawReply) => void) | null = null
  #head: Buffer | null = null
  #status = 0
  /** Bytes of the body still to come. */
  #missing = 0
  #bytes = 0

  constructor(target: { host: string; port: number }) {
    this.#target = target
  }

  /** @param request the whole text of a GET request */
  ask(request: Buffer, timeoutMs: number, done: (reply: RawReply) => void): void {
    this.#done = done
    const socket = this.#socket ?? this.#open()
    socket.setTimeout(timeoutMs)
    socket.write(request)
  }

  close(): void {
    this.#done = null
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect({ ...this.#target, noDelay: true })
    socket.on('data', chunk => this.#hear(chunk))
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
      this.#head = null
      this.#missing = 0
      this.#end({ status: 0, bytes: 0 })
    })
    this.#socket = socket
    return socket
  }

  #end(reply: RawReply): void {
    const done = this.#done
    this.#done = null
    done?.(reply)
  }

  #hear(chunk: Buffer): void {
    if (this.#missing > 0) {
      this.#count(chunk.length)
      return
    }
    const seen = this.#head ? Buffer.concat([this.#head, chunk]) : chunk
    const end = seen.indexOf(HEAD_END)
    this.#head = end < 0 ? seen : null
    if (end < 0) return
    const head = seen.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    this.#bytes = this.#status === 204 || this.#status === 304 ? 0 : lengthIn(head)
    this.#missing = this.#bytes
    this.#count(seen.length - end - HEAD_END.length)
  }

  #count(received: number): void {
    this.#missing -= received
    if (this.#missing === 0) this.#end({ status: this.#status, bytes: this.#bytes })
    else if (this.#missing < 0) throw new Error(`An answer was ${-this.#missing} bytes longer than it said.`)
  }
}

function lengthIn(head: string): number {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer does not say its length:\n${head}`)
  return Number(length)
}
