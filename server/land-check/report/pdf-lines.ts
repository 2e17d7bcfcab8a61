/** Breaks text into lines as Chinese typesetting wants it, after what single characters measure. */

/** May not begin a line: they stay with what is before them. */
const CLOSING = new Set('，。、；：！？）》】」』”’…％%)]},.;:!?°′″')
/** May not end a line: they stay with what is after them. */
const OPENING = new Set('（《【「『“‘([{')

/** Pieces that stay whole: words and numbers of other scripts, single Chinese characters with their punctuation. */
const PIECES =
  /[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\uffef]+|\s+/gu

/**
 * @param widthOf of one character, in the unit of `width`
 * @returns at least one line; a piece wider than the line (a hash) is cut where it must be
 */
export function linesOf(text: string, width: number, widthOf: (character: string) => number): string[] {
  return text.split('\n').flatMap(paragraph => linesOfParagraph(piecesOf(paragraph), width, widthOf))
}

function piecesOf(paragraph: string): string[] {
  const pieces: string[] = []
  for (const piece of paragraph.match(PIECES) ?? []) {
    const last = pieces.at(-1)
    const stays = CLOSING.has(piece[0]!) || (last !== undefined && OPENING.has(last.at(-1)!))
    if (last !== undefined && stays && /\S/.test(last)) pieces[pieces.length - 1] = last + piece
    else pieces.push(piece)
  }
  return pieces
}

function linesOfParagraph(pieces: string[], width: number, widthOf: (character: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  const end = () => {
    lines.push(line.trimEnd())
    line = ''
    used = 0
  }
  const measure = (piece: string) => [...piece].reduce((sum, character) => sum + widthOf(character), 0)
  for (const piece of pieces) {
    const wide = measure(piece)
    if (used + wide > width && line !== '' && measure(piece.trimEnd()) + used > width) end()
    if (line === '' && /^\s+$/.test(piece)) continue
    if (wide <= width) {
      line += piece
      used += wide
      continue
    }
    for (const character of piece) {
      const more = widthOf(character)
      if (used + more > width && line !== '') end()
      line += character
      used += more
    }
  }
  end()
  return lines
}
