import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Names as they were spelled before; at first those that are not written with a capital after each hyphen. */
const spelled = new Map([
  ['etag', 'ETag'],
  ['www-authenticate', 'WWW-Authenticate']
])

/** `content-type` → `Content-Type`, as the standards spell the names of headers; for the server's own names only. */
export function headerName(name: string): string {
  const known = spelled.get(name)
  if (known !== undefined) return known
  const made = name.replace(/(^|-)[a-z]/g, start => start.toUpperCase())
  spelled.set(name, made)
  return made
}

/**
 * Has a response write the names of its headers as the standards spell them. They mean the same in any case (RFC 9110
 * §5.1), yet old OGC clients, and the OGC's own test suites, know them only so.
 */
export function spellHeaders(response: ServerResponse): void {
  const { writeHead } = response
  const write = (status: number, headers: OutgoingHttpHeaders = {}) => {
    const named: OutgoingHttpHeaders = {}
    for (const name in headers) named[headerName(name)] = headers[name]
    return writeHead.call(response, status, named)
  }
  response.writeHead = write as typeof writeHead
}
