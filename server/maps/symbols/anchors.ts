import type { Near, Path } from './path.ts'

/** What is to be placed along a line; lengths in pixels. */
export interface LineLabel {
  /** From one label's middle to the next one's. */
  spacing: number
  /** Of the text or icon. */
  length: number
  /** The text size. */
  size: number
  /** The most a line may turn within a part of the label, in radians. */
  maxAngle: number
  hasText: boolean
  /** 2, 4 … for lines of a tile that is drawn so many times as large as tiles are: places are as in its own zoom. */
  repeated: number
}

/** The part of a label in which turns are summed up, in text sizes. */
const WINDOW = 0.6
/** What is left free where a line begins, in text sizes: there it often meets another. */
const FREE_START = 2

/** Lines with room for so many labels or more have some somewhere: they are not looked through beyond the picture. */
const MANY = 4

/**
 * The distances along a line at which labels have room: every `spacing` from where the line begins, or from half that
 * where it comes from another tile; at the middle where a line is too short for that.
 * @param near only there labels are wanted: left, top, right, bottom
 */
export function lineAnchors(path: Path, label: LineLabel, isContinued: boolean, near: Near): number[] {
  // At least a quarter of the spacing stays free between labels.
  const spacing = Math.max(label.spacing, label.length + label.spacing / 4, 1)
  const start = isContinued ? spacing / 2 : label.length / 2 + FREE_START * label.size
  const first = (start * label.repeated) % spacing
  const anchors: number[] = []
  for (const [from, to] of path.stretchesIn(near))
    for (let at = first + Math.max(0, Math.ceil((from - first) / spacing)) * spacing; at < to; at += spacing)
      if (hasRoom(path, label, at)) anchors.push(at)
  if (anchors.length > 0 || isContinued || path.length >= MANY * spacing) return anchors
  for (let at = first; at < path.length; at += spacing) if (hasRoom(path, label, at)) return []
  return centerAnchor(path, label)
}

/** The middle of a line, where a label has room there. */
export function centerAnchor(path: Path, label: LineLabel): number[] {
  const at = path.length / 2
  return hasRoom(path, label, at) ? [at] : []
}

function hasRoom(path: Path, { length, size, maxAngle, hasText }: LineLabel, at: number): boolean {
  const [from, to] = [at - length / 2, at + length / 2]
  if (from < 0 || to > path.length) return false
  if (!hasText || length === 0) return true
  const corners: { at: number; turn: number }[] = []
  let sum = 0
  for (let i = path.segmentAt(from) + 1; i < path.lengths.length - 1 && path.lengths[i]! < to; i++) {
    const corner = { at: path.lengths[i]!, turn: path.turnAt(i) }
    corners.push(corner)
    sum += corner.turn
    while (corner.at - corners[0]!.at > WINDOW * size) sum -= corners.shift()!.turn
    if (sum > maxAngle) return false
  }
  return true
}
