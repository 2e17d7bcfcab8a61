import { createHash } from 'node:crypto'

/**
 * A strong entity tag (RFC 9110 §8.8.3) from the parts that decide an answer's bytes, so that it is known before the
 * answer is made. The parts are kept apart: ('a', 'bc') and ('ab', 'c') differ.
 */
export function strongEtag(...parts: (string | number)[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)}"`
}

/**
 * Whether an `If-None-Match` header names this tag: `*`, or a list compared weakly (RFC 9110 §13.1.2), as a proxy that
 * recompresses may have made our strong tag a weak one.
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  // As most clients send it.
  if (ifNoneMatch === etag) return true
  if (ifNoneMatch.trim() === '*') return true
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []
  return tags.some(tag => (tag.startsWith('W/') ? tag.slice(2) : tag) === etag)
}
