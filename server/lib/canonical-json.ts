import { createHash } from 'node:crypto'
import * as canonicalize from 'canonicalize'

const serialize = canonicalize.default as unknown as (value: unknown) => string | undefined

/**
 * The one text of a JSON value: members sorted by UTF-16 code units, numbers as ECMAScript prints them, no space
 * (RFC 8785). Members that are undefined are left out.
 * @throws where the value is no JSON (NaN, Infinity, a function)
 */
export function canonicalJson(value: unknown): string {
  const text = serialize(value)
  if (text === undefined) throw new TypeError('Only a JSON value has a canonical text.')
  return text
}

/** SHA-256, lower-case hex, of the canonical text in UTF-8. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex')
}
