/** Media types and content negotiation (RFC 9110 §12.5). */

export const MVT = 'application/vnd.mapbox-vector-tile'

/** One choice of an `Accept…` header with its weight, 0 (refused) to 1. */
export interface Preference {
  value: string
  weight: number
}

/** Reads `a, b;q=0.5`; names come back in lower case, in the order written. A weight that is no number counts as 1. */
export function parsePreferences(header: string): Preference[] {
  return header
    .split(',')
    .map(item => {
      const [value = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase())
      const q = parameters.find(parameter => /^q\s*=/.test(parameter))
      const weight = q === undefined ? 1 : Number(q.slice(q.indexOf('=') + 1))
      return { value, weight: Number.isNaN(weight) ? 1 : Math.min(Math.max(weight, 0), 1) }
    })
    .filter(({ value }) => value !== '')
}

export type ContentCoding = 'gzip' | 'br' | 'identity'

/**
 * The coding for bytes that are kept as gzip: gzip unless the client does not ask for it or weighs another one higher;
 * of brotli and the plain bytes the one it likes better. Without the header a client gets plain bytes, as not all that
 * omit it can inflate.
 * @returns undefined where the client refuses all
 */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding | undefined {
  if (acceptEncoding === undefined) return 'identity'
  const known = chosen.get(acceptEncoding)
  if (known !== undefined || chosen.has(acceptEncoding)) return known
  const coding = weighCodings(acceptEncoding)
  if (chosen.size < CHOSEN) chosen.set(acceptEncoding, coding)
  return coding
}

/** Clients have a handful of such headers, and send one with every request. */
const CHOSEN = 200
const chosen = new Map<string, ContentCoding | undefined>()

function weighCodings(acceptEncoding: string): ContentCoding | undefined {
  const preferences = parsePreferences(acceptEncoding)
  const weightOf = (...names: string[]) => preferences.find(({ value }) => names.includes(value))?.weight
  const any = weightOf('*')
  const gzip = weightOf('gzip', 'x-gzip') ?? any ?? 0
  const brotli = weightOf('br') ?? 0
  const plain = weightOf('identity')
  if (gzip > 0 && gzip >= brotli && gzip >= (plain ?? 0)) return 'gzip'
  if (brotli > 0 && brotli >= (plain ?? 0)) return 'br'
  return (plain ?? any ?? 1) > 0 ? 'identity' : undefined
}
