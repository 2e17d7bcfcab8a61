import { connect, type Socket } from 'node:net'
import { type AnswerBody, answerBody } from './answer-body.ts'

/** What is kept of an answer. */
export interface RawReply {
  /** 0: the connection broke, or nothing came within the time. */
  status: number
  /** Of the body, as it was sent. */
  bytes: number
  /** The media type, with its parameters. */
  type: string
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * One HTTP/1.1 connection that is kept, for measuring: it asks one thing after the other and looks at no more of an
 * answer than its status, type and length, so that the client's share of the machine stays small.
 */
export class RawConnection {
  readonly #target: { host: string; port: number }
  #socket: Socket | null = null
  #done: ((reply: RawReply) => void) | null = null
  #head: Buffer | null = null
  #status = 0
  #type = ''
  /** Of the answer that is coming, once its head is there. */
  #body: AnswerBody | null = null

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
      this.#body = null
      this.#end({ status: 0, bytes: 0, type: '' })
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
    if (this.#body) {
      this.#take(this.#body, chunk)
      return
    }
    const seen = this.#head ? Buffer.concat([this.#head, chunk]) : chunk
    const end = seen.indexOf(HEAD_END)
    this.#head = end < 0 ? seen : null
    if (end < 0) return
    const head = seen.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    this.#type = /^content-type: *([^\r]*)/im.exec(head)?.[1] ?? ''
    this.#body = answerBody(this.#status, head)
    this.#take(this.#body, seen.subarray(end + HEAD_END.length))
  }

  #take(body: AnswerBody, received: Buffer): void {
    if (!body.take(received)) return
    this.#body = null
    this.#end({ status: this.#status, bytes: body.bytes, type: this.#type })
  }
}
