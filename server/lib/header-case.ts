import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Names that are not written with a capital after each hyphen. */
const SPELLED: Readonly<Record<string, string>> = { etag: 'ETag', 'www-authenticate': 'WWW-Authenticate' }

/** `content-type` → `Content-Type`, as the standards spell the names of headers. */
export const headerName = (name: string): string =>
  SPELLED[name] ?? name.replace(/(^|-)[a-z]/g, start => start.toUpperCase())

/**
 * Has a response write the names of its headers as the standards spell them. They mean the same in any case (RFC 9110
 * §5.1), yet old OGC clients, and the OGC's own test suites, know them only so.
 */
export function spellHeaders(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    headers?: OutgoingHttpHeaders
  ) => ServerResponse
  response.writeHead = ((status: number, headers: OutgoingHttpHeaders = {}) =>
    writeHead(
      status,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [headerName(name), value]))
    )) as typeof response.writeHead
}
