/** Counts the bytes of one HTTP/1.1 body as they arrive, so as to tell when it is whole. */
export interface AnswerBody {
  /** Of the body so far, without what frames its chunks. */
  bytes: number
  /** @returns whether the body is whole. @throws where more came than the answer said */
  take(received: Buffer): boolean
}

/** @throws when the answer says neither its length nor that it comes in chunks */
export function answerBody(status: number, head: string): AnswerBody {
  if (status === 204 || status === 304) return sizedBody(0)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return sizedBody(Number(length))
  if (/^transfer-encoding: *chunked/im.test(head)) return chunkedBody()
  throw new Error(`An answer does not say its length:\n${head}`)
}

function sizedBody(length: number): AnswerBody {
  let missing = length
  return {
    bytes: length,
    take({ length: received }) {
      missing -= received
      if (missing < 0) throw new Error(`An answer was ${-missing} bytes longer than it said.`)
      return missing === 0
    }
  }
}

/** RFC 9112, 7.1: sizes in hexadecimal, each on a line of its own, the last one 0; trailers are not looked for. */
function chunkedBody(): AnswerBody {
  /** Of the chunk and the line end behind it that are still to come; 0: a size is. */
  let missing = 0
  let line = ''
  let isLast = false
  return {
    bytes: 0,
    take(received) {
      for (let at = 0; at < received.length; ) {
        if (missing > 0) {
          const taken = Math.min(missing, received.length - at)
          missing -= taken
          at += taken
          if (missing === 0 && isLast) return true
          continue
        }
        const end = received.indexOf(10, at)
        line += received.toString('latin1', at, end < 0 ? received.length : end)
        if (end < 0) return false
        at = end + 1
        const size = Number.parseInt(line, 16)
        line = ''
        this.bytes += size
        isLast = size === 0
        missing = size + 2
      }
      return false
    }
  }
}
