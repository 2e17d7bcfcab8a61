import sharp from 'sharp'
import type { PictureType } from '../picture.ts'
import { colourTable, encodePng } from './encode-png.ts'
import { createPixels, flood, type Pixels } from './pixels.ts'

// Each renderer is one thread among as many as there are processors.
sharp.concurrency(1)

/** The finished file of a picture, whose pixels are changed. */
export async function encodePicture(pixels: Pixels, type: PictureType): Promise<Buffer> {
  const { width, height } = pixels
  if (type === 'image/jpeg') return encodeJpeg(pixels)
  const opaque = isOpaque(pixels)
  const words = opaque ? pixels.words : straight(pixels)
  if (type === 'image/png' || (type === 'image/png; mode=8bit' && colourTable(words)))
    return encodePng(words, width, height, opaque)
  const raw = sharp(bytesOf(words), { raw: { width, height, channels: 4 } })
  return type === 'image/webp'
    ? raw.webp({ quality: 90, effort: 1, smartSubsample: true }).toBuffer()
    : raw.png({ palette: true, effort: 1, dither: 0, compressionLevel: 4 }).toBuffer()
}

/** What is transparent is white: JPEG knows no transparency. */
function encodeJpeg(pixels: Pixels): Promise<Buffer> {
  const { width, height, bytes } = pixels
  const paper = createPixels(width, height)
  flood(paper, { red: 255, green: 255, blue: 255, alpha: 255 })
  for (let i = 0; i < bytes.length; i++)
    paper.bytes[i] = bytes[i]! + (paper.bytes[i]! * (255 - bytes[i | 3]!)) / 255 + 0.5
  return sharp(paper.bytes, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

function isOpaque({ words }: Pixels): boolean {
  for (let i = 0; i < words.length; i++) if (words[i]! < 0xff000000) return false
  return true
}

/** Turns colours that are multiplied by the alpha into what they are, in place. */
function straight({ words }: Pixels): Uint32Array {
  let [last, result] = [0, 0]
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const alpha = word >>> 24
    if (alpha === 255 || alpha === 0) continue
    if (word !== last) {
      // No part is larger than the alpha.
      const scale = 255 / alpha
      const red = ((word & 255) * scale + 0.5) | 0
      const green = (((word >>> 8) & 255) * scale + 0.5) | 0
      const blue = (((word >>> 16) & 255) * scale + 0.5) | 0
      last = word
      result = ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
    }
    words[i] = result
  }
  return words
}
