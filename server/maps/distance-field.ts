/** How far from an outline a distance is told, in pixels of the field; beyond it a byte is 0 or 255. */
const RADIUS = 8
/** The share of the byte's range that lies outside the outline: the outline itself is 255 × (1 − 0.25) ≈ 191. */
const CUTOFF = 0.25

const FAR = 1e20

/** A picture's coverage, 0 to 255 a pixel, row by row. */
export interface Coverage {
  data: Uint8Array
  width: number
  height: number
}

/**
 * The signed distance field of a shape, as renderers of the Mapbox family want it for glyphs: a byte a pixel, larger
 * inside. `coverage` is `scale` times finer than the field (`scale` odd, so that a pixel of the field has its middle in
 * a pixel of the picture); its width and height are multiples of `scale`.
 *
 * The exact Euclidean distance transform of Felzenszwalb and Huttenlocher (2012), outside and inside, starting from
 * the coverage of the pixels on the outline.
 */
export function distanceField({ data, width, height }: Coverage, scale: number): Coverage {
  const outside = new Float64Array(width * height)
  const inside = new Float64Array(width * height)
  for (let i = 0; i < data.length; i++) {
    // Half covered: the outline runs through the middle of the pixel.
    const value = data[i]!
    const off = 0.5 - value / 255
    outside[i] = value === 0 ? FAR : off > 0 ? off * off : 0
    inside[i] = value === 255 ? FAR : off < 0 ? off * off : 0
  }
  const middle = (scale - 1) / 2
  const alongRow = rowTransformer(width)
  for (const grid of [outside, inside]) {
    alongColumns(grid, width, height)
    // Only the rows that are read.
    for (let y = middle; y < height; y += scale) alongRow(grid, y * width)
  }
  const columns = width / scale
  const field = new Uint8Array(columns * (height / scale))
  for (let i = 0; i < field.length; i++) {
    const at = (Math.floor(i / columns) * scale + middle) * width + (i % columns) * scale + middle
    const distance = (Math.sqrt(outside[at]!) - Math.sqrt(inside[at]!)) / scale
    field[i] = Math.min(255, Math.max(0, Math.round(255 - 255 * (distance / RADIUS + CUTOFF))))
  }
  return { data: field, width: columns, height: height / scale }
}

/** The squared distance to the nearest start of the same column. Starts weigh less than a step: the nearest wins. */
function alongColumns(grid: Float64Array, width: number, height: number): void {
  for (let x = 0; x < width; x++) {
    const last = x + (height - 1) * width
    spread(grid, x, last, width)
    spread(grid, last, x, -width)
  }
}

/** From each start onward to the next. */
function spread(grid: Float64Array, from: number, to: number, step: number): void {
  let [weight, steps] = [FAR, 0]
  for (let at = from; at !== to + step; at += step) {
    const value = grid[at]!
    const passed = weight + steps * steps
    if (value <= passed) [weight, steps] = [value, 0]
    else grid[at] = passed
    steps++
  }
}

/** The transform of one row in place: the lower envelope of parabolas, one standing on each value. */
function rowTransformer(length: number) {
  const values = new Float64Array(length)
  const feet = new Uint32Array(length)
  const borders = new Float64Array(length + 1)
  return (grid: Float64Array, offset: number): void => {
    let top = -1
    for (let at = 0; at < length; at++) {
      const value = grid[offset + at]!
      values[at] = value
      if (value >= FAR) continue
      let border = -FAR
      while (top >= 0) {
        const foot = feet[top]!
        border = (value - values[foot]! + at * at - foot * foot) / (at - foot) / 2
        if (border > borders[top]!) break
        top--
        border = -FAR
      }
      top++
      feet[top] = at
      borders[top] = border
    }
    if (top < 0) return
    borders[top + 1] = FAR
    for (let at = 0, nearest = 0; at < length; at++) {
      while (borders[nearest + 1]! < at) nearest++
      const foot = feet[nearest]!
      grid[offset + at] = values[foot]! + (at - foot) ** 2
    }
  }
}
