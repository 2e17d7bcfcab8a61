/** Values that other map servers have taken for code, names of files, addresses or endless work. */
export const HOSTILE = [
  "'",
  "' OR 1=1 --",
  "'; DROP TABLE data.test_plot; --",
  '\\',
  '%',
  '\u0000',
  "exec(java.lang.Runtime.getRuntime(),'id')",
  '../../../../etc/passwd',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '__proto__',
  'constructor',
  'NaN',
  '1e999',
  '-1',
  'http://169.254.169.254/latest/meta-data',
  '('.repeat(3000)
]

/** What nobody outside may learn: statements, names in the database, files, traces. */
const INSIDE = /SELECT |relation "|column "|syntax error|node_modules|\.[jt]s:\d|\n\s+at |root:x|postgres:/
/** Of a request, where an answer is not JSON. */
const MARKUP = /<!DOCTYPE x|<x>/

interface Reply {
  statusCode: number
  body: string
  headers: Record<string, unknown>
}

/**
 * Asks with each hostile value in each parameter of each request.
 * @param requests pairs of an address with parameters and the names of those to spoil
 * @returns what was answered as it must not be, a line each
 */
export async function spoil(
  get: (url: string) => Promise<Reply>,
  requests: readonly (readonly [url: string, names: readonly string[]])[]
): Promise<string[]> {
  const faults: string[] = []
  for (const [url, names] of requests) {
    const [path = '', query = ''] = url.split('?')
    for (const name of names) {
      for (const value of HOSTILE) {
        const parameters = new URLSearchParams(query)
        parameters.set(name, value)
        const { statusCode, body, headers } = await get(`${path}?${parameters}`)
        const isJson = String(headers['content-type']).includes('json')
        const told = (INSIDE.exec(body) ?? (isJson ? null : MARKUP.exec(body)))?.[0]
        if (statusCode >= 500 || told)
          faults.push(`${statusCode} ${path} ${name}=${value.slice(0, 60)}: ${told ?? body.slice(0, 200)}`)
      }
    }
  }
  return faults
}
