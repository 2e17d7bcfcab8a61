import { type Image, loadImage } from '@napi-rs/canvas'
import type { Sprites } from './sprites.ts'
import type { SpriteSheet } from './symbols/symbols.ts'

/**
 * A sheet of icons, ready to draw from.
 * @param ratio pixels of the sheet a CSS pixel, at most 2
 * @returns null where there are no icons
 */
export async function iconSheet(sprites: Sprites, isGrey: boolean, ratio: number): Promise<SpriteSheet | null> {
  if (sprites.isEmpty) return null
  const stem = `${isGrey ? 'icons-grey' : 'icons'}${ratio > 1 ? '@2x' : ''}`
  const [json, png] = await Promise.all([sprites.file(`${stem}.json`), sprites.file(`${stem}.png`)])
  const known = images.get(png.bytes) ?? loadImage(png.bytes)
  images.set(png.bytes, known)
  return { icons: JSON.parse(json.bytes.toString()), image: await known }
}

/** A sheet is drawn once, and its bytes are the same buffer from then on. */
const images = new WeakMap<Buffer, Promise<Image>>()
