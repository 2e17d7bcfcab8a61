import sharp from 'sharp'

/** Larger ones are no tiles. */
const MOST_PIXELS = 4096 ** 2

/**
 * A picture's pixels row by row, as `Pixels.words` has them.
 * @param side pixels that it is to have along each side
 * @throws Error for what is no picture
 */
export async function decodePicture(bytes: Uint8Array, side: number): Promise<Uint32Array> {
  const data = await sharp(bytes, { limitInputPixels: MOST_PIXELS })
    .resize(side, side, { fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
  const pixels = new Uint8Array(data)
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3]!
    if (alpha === 255) continue
    for (let part = i; part < i + 3; part++) pixels[part] = (pixels[part]! * alpha + 127) / 255
  }
  return new Uint32Array(pixels.buffer)
}
