/** A character or icon of a text, as breaking it into lines needs to know it. */
export interface Breakable {
  character: string
  /** In ems, with the letter spacing behind it. */
  width: number
  isIcon: boolean
}

/** A place where a line may end, and the best way to get there. */
interface Break {
  /** How many characters come before it. */
  at: number
  x: number
  badness: number
  prior: Break | null
}

/** Chinese, Japanese, Korean syllables and what is written between them: a line may end behind each. */
const IDEOGRAPHIC =
  /[\u2e80-\u2fdf\u3000-\u303f\u3040-\u312f\u31a0-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u{20000}-\u{3ffff}]/u
const ENDS_LINE = /[\s&)+\-/\u00ad\u00b7\u200b\u2010\u2013\u2027]/
/** Punctuation that no line begins or ends with (GB/T 15834-2011, 5.1). */
const NOT_FIRST =
  /[,.;:!?)\]}%\u2019\u201d\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\uff01\uff05\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d]/
const NOT_LAST = /[([{\u2018\u201c\u3008\u300a\u300c\u300e\u3010\u3014\uff08\uff3b\uff5b]/

/** Lines longer than so many times the usual length are not thought of where the text can be broken. */
const LONGEST = 3

/** Weighs more than any raggedness: a line ends here. */
const FORCED = -10_000
/** Where a text has zero width spaces, its writer says where it is to be broken. */
const AGAINST_HINTS = 150

/**
 * Breaks a text into lines of about one length, none much longer than asked: of all the ways to break it the one in
 * which the lines are the least ragged (the squares of what they are off by).
 * @param maxWidth in ems
 * @returns for each line the number of characters up to its end
 */
export function breakLines(characters: readonly Breakable[], maxWidth: number): number[] {
  const total = characters.reduce((sum, { width }) => sum + width, 0)
  const hasNewline = characters.some(({ character }) => character === '\n')
  if (total <= maxWidth && !hasNewline) return [characters.length]
  const target = total / Math.max(1, Math.ceil(total / maxWidth))
  const hasHints = characters.some(({ character }) => character === '\u200b')
  const breaks: Break[] = []
  let x = 0
  for (const [i, one] of characters.entries()) {
    if (!/\s/.test(one.character)) x += one.width
    const next = characters[i + 1]
    if (next && mayBreak(one, next)) breaks.push(bestBreak(breaks, i + 1, x, target, penaltyOf(one, hasHints), false))
  }
  const ends: number[] = []
  let last: Break | null = bestBreak(breaks, characters.length, x, target, 0, true)
  for (; last; last = last.prior) ends.unshift(last.at)
  return ends
}

function mayBreak(one: Breakable, next: Breakable): boolean {
  if (one.character === '\n') return true
  if (NOT_LAST.test(one.character) || NOT_FIRST.test(next.character)) return false
  return one.isIcon || ENDS_LINE.test(one.character) || IDEOGRAPHIC.test(one.character) || next.character === '('
}

function penaltyOf({ character }: Breakable, hasHints: boolean): number {
  if (character === '\n') return FORCED
  return hasHints && IDEOGRAPHIC.test(character) ? AGAINST_HINTS : 0
}

function bestBreak(
  breaks: readonly Break[],
  at: number,
  x: number,
  target: number,
  penalty: number,
  isLast: boolean
): Break {
  let best: Break = {
    at,
    x,
    badness: x > LONGEST * target && breaks.length > 0 ? Infinity : badness(x, target, penalty, isLast),
    prior: null
  }
  // What is far longer than asked is not the best.
  for (let i = breaks.length - 1; i >= 0; i--) {
    const prior = breaks[i]!
    if (i < breaks.length - 1 && x - prior.x > LONGEST * target) break
    const sum = badness(x - prior.x, target, penalty, isLast) + prior.badness
    if (sum < best.badness) best = { at, x, badness: sum, prior }
  }
  return best
}

/** A last line had better be too short than too long. */
function badness(width: number, target: number, penalty: number, isLast: boolean): number {
  // In the units fonts are commonly drawn in, 24 an em, which the penalties are weighed by.
  const raggedness = ((width - target) * 24) ** 2
  if (isLast) return width < target ? raggedness / 2 : raggedness * 2
  return raggedness + Math.abs(penalty) * penalty
}
