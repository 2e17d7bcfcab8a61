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

/** SHA-256, or SM3 (GB/T 32905) where the server is set to it and OpenSSL has it; both 256 bits, 64 hex digits. */
export const HASH_ALGORITHMS = ['sha256', 'sm3'] as const
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number]

/** The hash of a text in UTF-8, lower-case hex. */
export const hashText = (text: string, algorithm: HashAlgorithm = 'sha256'): string =>
  createHash(algorithm).update(text, 'utf8').digest('hex')

/** The hash, lower-case hex, of the canonical text in UTF-8. */
export const canonicalHash = (value: unknown, algorithm?: HashAlgorithm): string =>
  hashText(canonicalJson(value), algorithm)
