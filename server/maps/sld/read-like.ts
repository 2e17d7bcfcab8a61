import { NotUnderstood, type Reading } from './notes.ts'
import { asText, readExpression } from './read-expression.ts'
import { elementsOf, textOf, type XmlNode } from './xml-tree.ts'

/** A part of a pattern between wildcards for any text; null stands for one character, whatever it is. */
type Chunk = (string | null)[]

/**
 * `PropertyIsLike` as comparisons of parts of the text: there are no patterns in MapLibre, and none could be made to
 * take long.
 * @throws NotUnderstood
 */
export function readLike(reading: Reading, node: XmlNode): unknown {
  const [input, pattern] = elementsOf(node)
  if (!input || !pattern)
    throw new NotUnderstood(node, 'PropertyIsLike 缺少操作数', 'PropertyIsLike has too few operands')
  const { wildCard = '*', singleChar = '?', matchCase } = node.attributes
  const escapeChar = node.attributes['escapeChar'] ?? node.attributes['escape'] ?? '\\'
  const chunks = chunksOf(textOf(pattern) ?? '', { wildCard, singleChar, escapeChar })
  const fold = matchCase === 'false'
  const text = asText(readExpression(reading, input))
  const folded = fold ? chunks.map(chunk => chunk.map(one => one?.toLowerCase() ?? null)) : chunks
  return matches(node, fold ? ['downcase', text] : text, folded)
}

function chunksOf(pattern: string, { wildCard, singleChar, escapeChar }: Record<string, string>): Chunk[] {
  const characters = [...pattern]
  const chunks: Chunk[] = [[]]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    const last = chunks[chunks.length - 1]!
    if (character === escapeChar && i + 1 < characters.length) last.push(characters[++i]!)
    else if (character === wildCard) chunks.push([])
    else last.push(character === singleChar ? null : character)
  }
  return chunks
}

function matches(node: XmlNode, text: unknown, chunks: Chunk[]): unknown {
  const [head = [], ...rest] = chunks
  const length = ['length', text]
  if (rest.length === 0) return ['all', ['==', length, head.length], ...comparisons(text, head, 0)]
  const tail = rest.pop()!
  const shortest = [head, ...rest, tail].flat().length
  const ends = [...comparisons(text, head, 0), ...comparisons(text, tail, -tail.length)]
  const middle = rest.filter(chunk => chunk.length > 0)
  return [
    'all',
    ['>=', length, shortest],
    ...ends,
    ...(middle.length > 0 ? [inOrder(node, text, middle, head.length, tail.length)] : [])
  ]
}

/** The text at a place, piece by piece between characters that may be anything. */
function comparisons(text: unknown, chunk: Chunk, start: number): unknown[] {
  const pieces: { at: number; text: string }[] = []
  chunk.forEach((character, i) => {
    if (character === null) return
    const last = pieces.at(-1)
    if (last && last.at + [...last.text].length === start + i) last.text += character
    else pieces.push({ at: start + i, text: character })
  })
  return pieces.map(piece => {
    const end = piece.at + [...piece.text].length
    return ['==', ['slice', text, piece.at, ...(end === 0 ? [] : [end])], piece.text]
  })
}

/** Pieces found one behind the other, from `start` on, with room for `tail` characters behind them. */
function inOrder(node: XmlNode, text: unknown, chunks: Chunk[], start: unknown, tail: number, level = 0): unknown {
  const [chunk, ...others] = chunks
  if (!chunk) return ['<=', start, ['-', ['length', text], tail]]
  if (chunk.includes(null))
    throw new NotUnderstood(
      node,
      '两个通配符之间不支持单字符通配',
      'a wildcard for one character between two others is not known'
    )
  const name = `at${level}`
  const next = ['+', ['var', name], chunk.length]
  return [
    'let',
    name,
    ['index-of', chunk.join(''), text, start],
    ['all', ['>=', ['var', name], 0], inOrder(node, text, others, next, tail, level + 1)]
  ]
}
