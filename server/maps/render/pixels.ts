/** A picture in the making: red, green, blue and alpha a byte each, the colours multiplied by the alpha. */
export interface Pixels {
  width: number
  height: number
  bytes: Uint8Array
  /** The same bytes, a pixel a number. */
  words: Uint32Array
  /** How much of each pixel of a row is covered, 0 to 255: room for whoever draws. */
  row: Uint8Array
}

/** One colour; parts 0 to 255, multiplied by the alpha. */
export interface Solid {
  red: number
  green: number
  blue: number
  alpha: number
}

/** A picture that is repeated from the upper left corner of its tile on. */
export interface Pattern {
  /** As `Pixels` has them. */
  words: Uint32Array
  width: number
  height: number
  /** 0 to 1 */
  opacity: number
  /** Where one of the repeated pictures begins. */
  originX: number
  originY: number
}

export type Paint = Solid | Pattern

export function createPixels(width: number, height: number): Pixels {
  const bytes = new Uint8Array(4 * width * height)
  return { width, height, bytes, words: new Uint32Array(bytes.buffer), row: new Uint8Array(width) }
}

/** Nothing that would be seen. */
export const isClear = (paint: Paint): boolean => ('words' in paint ? paint.opacity <= 0 : paint.alpha <= 0)

/**
 * Lays a paint over the pixels `from` to `to` (not included) of row `y`.
 * @param cover how much of each is covered, 0 to 255: of the pixel `x` it is `cover[offset + x]`
 */
export function blendRow(
  pixels: Pixels,
  y: number,
  from: number,
  to: number,
  paint: Paint,
  cover: Uint8Array,
  offset: number
): void {
  if ('words' in paint) blendPattern(pixels, y, from, to, paint, cover, offset)
  else blendSolid(pixels, y, from, to, paint, cover, offset)
}

function blendSolid(
  { width, bytes, words }: Pixels,
  y: number,
  from: number,
  to: number,
  paint: Solid,
  cover: Uint8Array,
  offset: number
): void {
  const { red, green, blue, alpha } = paint
  const full = pack(Math.round(red), Math.round(green), Math.round(blue), Math.round(alpha))
  const covers = alpha >= 254.5
  const start = y * width
  for (let x = from; x < to; x++) {
    const covered = cover[offset + x]!
    if (covered === 0) continue
    const at = start + x
    if (covered === 255 && (covers || words[at] === 0)) {
      words[at] = full
      continue
    }
    const share = covered / 255
    const rest = 1 - (alpha * share) / 255
    const i = 4 * at
    bytes[i] = red * share + bytes[i]! * rest + 0.5
    bytes[i + 1] = green * share + bytes[i + 1]! * rest + 0.5
    bytes[i + 2] = blue * share + bytes[i + 2]! * rest + 0.5
    bytes[i + 3] = alpha * share + bytes[i + 3]! * rest + 0.5
  }
}

function blendPattern(
  { width, bytes }: Pixels,
  y: number,
  from: number,
  to: number,
  paint: Pattern,
  cover: Uint8Array,
  offset: number
): void {
  const { words, width: across, height: down, opacity, originX, originY } = paint
  const line = modulo(y - originY, down) * across
  let column = modulo(from - originX, across)
  for (let x = from; x < to; x++, column = column + 1 === across ? 0 : column + 1) {
    const word = words[line + column]!
    const covered = cover[offset + x]!
    if (covered === 0 || word === 0) continue
    const share = (covered / 255) * opacity
    const rest = 1 - ((word >>> 24) * share) / 255
    const i = 4 * (y * width + x)
    bytes[i] = (word & 255) * share + bytes[i]! * rest + 0.5
    bytes[i + 1] = ((word >>> 8) & 255) * share + bytes[i + 1]! * rest + 0.5
    bytes[i + 2] = ((word >>> 16) & 255) * share + bytes[i + 2]! * rest + 0.5
    bytes[i + 3] = (word >>> 24) * share + bytes[i + 3]! * rest + 0.5
  }
}

/** As `words` has a pixel, on machines whose numbers begin with their last byte: on all that Node.js runs on here. */
const pack = (red: number, green: number, blue: number, alpha: number): number =>
  ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0

const modulo = (value: number, length: number): number => ((Math.floor(value) % length) + length) % length

/** Lays a paint over everything. */
export function flood(pixels: Pixels, paint: Paint): void {
  if ('alpha' in paint && paint.alpha >= 254.5) {
    const { red, green, blue } = paint
    return void pixels.words.fill(pack(Math.round(red), Math.round(green), Math.round(blue), 255))
  }
  pixels.row.fill(255)
  for (let y = 0; y < pixels.height; y++) blendRow(pixels, y, 0, pixels.width, paint, pixels.row, 0)
}

/** Cuts a picture into parts of one size, row by row. */
export function cutPixels(pixels: Pixels, columns: number, rows: number): Pixels[] {
  if (columns === 1 && rows === 1) return [pixels]
  const [width, height] = [pixels.width / columns, pixels.height / rows]
  return Array.from({ length: columns * rows }, (_, i) => {
    const part = createPixels(width, height)
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height]
    for (let y = 0; y < height; y++) {
      const from = (top + y) * pixels.width + left
      part.words.set(pixels.words.subarray(from, from + width), y * width)
    }
    return part
  })
}
