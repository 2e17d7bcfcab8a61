import { createCanvas, type Image, loadImage } from '@napi-rs/canvas'
import type { SpriteSheet } from '../symbols/symbols.ts'
import type { PatternImages } from './desk.ts'

/** A sheet of icons as bytes: `/sprites/icons@2x.json` and `.png`. */
export interface SheetFiles {
  json: Uint8Array
  png: Uint8Array
}

/** A sheet that was read, and its icons as patterns for each pixel ratio they were wanted in. */
export interface ReadSheet extends SpriteSheet {
  patterns: Map<number, PatternImages>
}

export const NO_SHEET: ReadSheet = { icons: {}, image: createCanvas(1, 1), patterns: new Map([[1, new Map()]]) }

export async function readSheet({ json, png }: SheetFiles): Promise<ReadSheet> {
  const icons = JSON.parse(Buffer.from(json).toString()) as SpriteSheet['icons']
  const image: Image = await loadImage(Buffer.from(png))
  return { icons, image, patterns: new Map() }
}

/** All icons of a sheet in pixels of a picture. */
export function patternsOf(sheet: ReadSheet, pixelRatio: number): PatternImages {
  const known = sheet.patterns.get(pixelRatio)
  if (known) return known
  const made = new Map(
    Object.entries(sheet.icons).map(([name, { x, y, width, height, pixelRatio: own }]) => {
      const [across, down] = [
        Math.max(Math.round((width / own) * pixelRatio), 1),
        Math.max(Math.round((height / own) * pixelRatio), 1)
      ]
      const context = createCanvas(across, down).getContext('2d')
      context.drawImage(sheet.image, x, y, width, height, 0, 0, across, down)
      return [name, { width: across, height: down, words: multiplied(context.getImageData(0, 0, across, down).data) }]
    })
  )
  sheet.patterns.set(pixelRatio, made)
  return made
}

/** Straight colours as pixels multiplied by the alpha. */
function multiplied(data: Uint8ClampedArray): Uint32Array {
  const words = new Uint32Array(data.length / 4)
  for (let i = 0; i < words.length; i++) {
    const alpha = data[4 * i + 3]!
    const part = (at: number) => Math.round((data[4 * i + at]! * alpha) / 255)
    words[i] = ((alpha << 24) | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0
  }
  return words
}
