/**
 * Pinyin initials, as people type them to find things: 宅基地 is `zjd`. Node's collation data (ICU, `zh-u-co-pinyin`)
 * orders characters by their reading, so a character's initial is that of the last syllable boundary before it.
 */

const collator = new Intl.Collator('zh-u-co-pinyin')

/** The first character, in that order, of each initial; no syllable begins with i, u or v. */
const FIRST: readonly (readonly [initial: string, character: string])[] = [
  ...'a阿 b八 c嚓 d咑 e妸 f发 g旮 h哈 j丌 k咔 l垃 m妈 n拏 o噢 p妑 q七 r呥 s仨 t他 w穵 x夕 y丫 z帀'.split(' ')
].map(pair => [pair[0]!, pair[1]!] as const)

/** Characters of place and subject names that are read in more than one way; the collation knows one of them. */
const READINGS: Readonly<Record<string, string>> = Object.fromEntries(
  '长cz 重cz 行xh 乐ly 厦sx 朝cz 调dt 传cz 藏cz 曾cz 参cs 校xj 系xj 查cz 单dsc 盛sc 降jx 会hk 解jx 屏pb 弹dt 率ls 石sd 圩wx 给gj 区qo 贾jg 番fp 涌cy 泌mb 宿sx 省sx'
    .split(' ')
    .map(entry => [entry[0]!, entry.slice(1)])
)

/** More readings of one text than this are not listed. */
const MOST = 8

const known = new Map<string, string>()

/** The possible initials of a character, most usual first; of any other character itself, in lower case. */
function initialsOf(character: string): string {
  if (!/\p{Script=Han}/u.test(character)) return character.toLowerCase()
  const found = known.get(character) ?? READINGS[character] ?? byCollation(character)
  known.set(character, found)
  return found
}

const byCollation = (character: string): string =>
  FIRST.findLast(([, first]) => collator.compare(first, character) <= 0)?.[0] ?? ''

/** The initials of a text in every reading of its characters, at most 8: 长度 gives `cd` and `zd`. */
export function pinyinInitials(text: string): string[] {
  let readings = ['']
  for (const character of text) {
    const initials = [...initialsOf(character)]
    const few = readings.length * initials.length <= MOST ? initials : initials.slice(0, 1)
    readings = few.length === 0 ? readings : few.flatMap(initial => readings.map(reading => reading + initial))
  }
  return readings
}

/** Orders Chinese texts by their pinyin, others by the alphabet, before them. */
export const comparePinyin = (a: string, b: string): number => collator.compare(a, b)
