/** What a place of a LIKE pattern stands for beside a character of its own. */
const ONE = -1
const MANY = -2

/** A LIKE pattern's places: code points, `ONE` for `_`, `MANY` for `%`. */
export type LikePattern = readonly number[]

/**
 * Reads a LIKE pattern as CQL2 and PostgreSQL do: `%` any characters or none, `_` exactly one, `\` takes what follows
 * as it is.
 * @returns null for a pattern that ends in the middle of an escape
 */
export function readLike(pattern: string): LikePattern | null {
  const places: number[] = []
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    if (character === '%') {
      if (places.at(-1) !== MANY) places.push(MANY)
    } else if (character === '_') places.push(ONE)
    else if (character !== '\\') places.push(character.codePointAt(0)!)
    else {
      const escaped = characters[++i]
      if (escaped === undefined) return null
      places.push(escaped.codePointAt(0)!)
    }
  }
  return places
}

/**
 * Whether a text is like a pattern; upper and lower case differ. Of several `%` only the last one met is tried again,
 * which is enough, so that no pattern takes longer than its length times that of the text.
 */
export function isLike(text: string, pattern: LikePattern): boolean {
  let [at, place] = [0, 0]
  let [again, from] = [-1, 0]
  while (at < text.length) {
    const wanted = pattern[place]
    const point = text.codePointAt(at)!
    if (wanted === MANY) {
      again = ++place
      from = at
    } else if (wanted === ONE || wanted === point) {
      place++
      at += width(point)
    } else if (again >= 0) {
      place = again
      from += width(text.codePointAt(from)!)
      at = from
    } else return false
  }
  while (pattern[place] === MANY) place++
  return place === pattern.length
}

/** How many UTF-16 units a code point takes. */
const width = (point: number): number => (point > 0xffff ? 2 : 1)
