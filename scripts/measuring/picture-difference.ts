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
  /** The share of pixels with a colour beyond those of the other picture around there, by more than the tolerance. */
  share: number
  /** The mean difference of a colour, 0 to 255. */
  mean: number
}

/**
 * How much two pictures of one size differ.
 * @param tolerance of a colour, 0 to 255
 * @param reach so many pixels around the place are looked at in the other picture: an edge falls on one side or the
 *   other, or on a pixel in part
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
      const place = { x, y, reach, tolerance }
      if (!isAmong(a.data, at, b, place) || !isAmong(b.data, at, a, place)) differing++
    }
  }
  return { share: differing / (a.width * a.height), mean: sum / a.data.length }
}

/** Whether each colour of a pixel lies between the least and the most of what is around that place. */
function isAmong(
  data: Buffer,
  at: number,
  other: { data: Buffer; width: number; height: number },
  { x, y, reach, tolerance }: { x: number; y: number; reach: number; tolerance: number }
): boolean {
  for (let c = 0; c < 3; c++) {
    let [least, most] = [255, 0]
    for (let j = Math.max(0, y - reach); j <= Math.min(other.height - 1, y + reach); j++) {
      for (let i = Math.max(0, x - reach); i <= Math.min(other.width - 1, x + reach); i++) {
        const value = other.data[(j * other.width + i) * 3 + c]!
        if (value < least) least = value
        if (value > most) most = value
      }
    }
    const value = data[at + c]!
    if (value < least - tolerance || value > most + tolerance) return false
  }
  return true
}
