import sharp from 'sharp'

/** Over white, without transparency. */
export async function pixelsOf(file: Buffer): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(file)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

export interface PictureDifference {
  /** The share of pixels of which a colour differs by more than the tolerance. */
  share: number
  /** The mean difference of a colour, 0 to 255. */
  mean: number
}

/**
 * How much two pictures of one size differ.
 * @param tolerance of a colour, 0 to 255
 * @param reach the pixel may lie so far away in the other picture: edges fall on one side or the other
 */
export async function compare(
  one: Buffer,
  other: Buffer,
  { tolerance = 32, reach = 0 }: { tolerance?: number; reach?: number } = {}
): Promise<PictureDifference> {
  const [a, b] = await Promise.all([pixelsOf(one), pixelsOf(other)])
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`The pictures are ${a.width} × ${a.height} and ${b.width} × ${b.height} pixels large.`)
  let [differing, sum] = [0, 0]
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      const at = (y * a.width + x) * 3
      for (let c = 0; c < 3; c++) sum += Math.abs(a.data[at + c]! - b.data[at + c]!)
      const isNear =
        hasNear(a.data, at, b, { x, y, reach, tolerance }) && hasNear(b.data, at, a, { x, y, reach, tolerance })
      if (!isNear) differing++
    }
  }
  return { share: differing / (a.width * a.height), mean: sum / a.data.length }
}

function hasNear(
  data: Buffer,
  at: number,
  other: { data: Buffer; width: number; height: number },
  { x, y, reach, tolerance }: { x: number; y: number; reach: number; tolerance: number }
): boolean {
  for (let j = Math.max(0, y - reach); j <= Math.min(other.height - 1, y + reach); j++) {
    for (let i = Math.max(0, x - reach); i <= Math.min(other.width - 1, x + reach); i++) {
      const there = (j * other.width + i) * 3
      let c = 0
      while (c < 3 && Math.abs(data[at + c]! - other.data[there + c]!) <= tolerance) c++
      if (c === 3) return true
    }
  }
  return false
}
