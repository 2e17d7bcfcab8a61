/**
 * The parameters of an OGC request by name in lower case, as names may be written in any (OGC 06-121r3 §11.5.2); of one
 * that is given twice the first value.
 */
export type Kvp = ReadonlyMap<string, string>

/** Reads the part of a URL after `?`; what is not encoded as it should be is taken as it stands. */
export function readKvp(url: string): Kvp {
  const start = url.indexOf('?')
  const found = new Map<string, string>()
  if (start < 0) return found
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, value)
  }
  return found
}

/** The items of a value that is a list, without blanks around them. */
export const listOf = (value: string): string[] => value.split(',').map(item => item.trim())
