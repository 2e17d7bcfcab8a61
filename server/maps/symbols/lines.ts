/** A line: x y in turns. */
export type Line = readonly number[]

/**
 * The pieces of a line inside the square from 0 to `extent`. Where it leaves the square, a piece ends on its side
 * exactly, so that one can tell that it goes on in the next tile.
 */
export function clipLine(line: ArrayLike<number>, extent: number): Line[] {
  const pieces: number[][] = []
  let piece: number[] = []
  const end = () => {
    if (piece.length >= 4) pieces.push(piece)
    piece = []
  }
  for (let i = 2; i < line.length; i += 2) {
    const inside = clipSegment(line[i - 2]!, line[i - 1]!, line[i]!, line[i + 1]!, extent)
    if (!inside) {
      end()
      continue
    }
    const [x1, y1, x2, y2] = inside
    if (piece.length === 0) piece.push(x1, y1)
    else if (piece.at(-2) !== x1 || piece.at(-1) !== y1) {
      end()
      piece.push(x1, y1)
    }
    piece.push(x2, y2)
    if (x2 !== line[i] || y2 !== line[i + 1]) end()
  }
  end()
  return pieces
}

/** Liang and Barsky's way. */
function clipSegment(x1: number, y1: number, x2: number, y2: number, extent: number) {
  const [dx, dy] = [x2 - x1, y2 - y1]
  let [from, to] = [0, 1]
  for (const [step, room] of [
    [-dx, x1],
    [dx, extent - x1],
    [-dy, y1],
    [dy, extent - y1]
  ] as const) {
    if (step === 0) {
      if (room < 0) return null
      continue
    }
    const share = room / step
    if (step < 0) from = Math.max(from, share)
    else to = Math.min(to, share)
  }
  if (from > to) return null
  const onSide = (value: number) => (value < 1e-6 ? 0 : value > extent - 1e-6 ? extent : value)
  const at = (share: number): [number, number] => [onSide(x1 + dx * share), onSide(y1 + dy * share)]
  const start: [number, number] = from === 0 ? [x1, y1] : at(from)
  const stop: [number, number] = to === 1 ? [x2, y2] : at(to)
  return [...start, ...stop] as const
}

/** Whether a line of a tile begins on the tile's side, and so goes on beyond it. */
export const beginsOnSide = (line: Line, extent: number): boolean =>
  line[0] === 0 || line[1] === 0 || line[0] === extent || line[1] === extent

/** Something along a line. */
export interface OnLine {
  line: Line
}

/** Puts lines together that end where others begin, as long as `nameOf` says the same of both (null: never). */
export function mergeLines<T extends OnLine>(items: readonly T[], nameOf: (item: T) => string | null): T[] {
  const merged: (T | null)[] = []
  const starts = new Map<string, number>()
  const ends = new Map<string, number>()
  for (const item of items) {
    const name = nameOf(item)
    if (name === null) {
      merged.push(item)
      continue
    }
    const startOf = (line: Line) => `${line[0]} ${line[1]} ${name}`
    const endOf = (line: Line) => `${line.at(-2)} ${line.at(-1)} ${name}`
    const before = ends.get(startOf(item.line))
    const after = starts.get(endOf(item.line))
    let line = item.line
    let at = merged.length
    if (before !== undefined && merged[before]) {
      const head = merged[before]
      ends.delete(endOf(head.line))
      line = [...head.line, ...line.slice(2)]
      at = before
    }
    if (after !== undefined && merged[after] && after !== before) {
      const tail = merged[after]
      starts.delete(startOf(tail.line))
      line = [...line, ...tail.line.slice(2)]
      if (at < merged.length) merged[after] = null
      else at = after
    }
    merged[at] = { ...(merged[at] ?? item), line }
    starts.set(startOf(line), at)
    ends.set(endOf(line), at)
  }
  return merged.filter(item => item !== null)
}
