import { createHash } from 'node:crypto'
import { type Canvas, createCanvas, type Image, loadImage } from '@napi-rs/canvas'
import type { Sprite } from '../catalog/load-sprites.ts'
import { luma } from '../lib/luma.ts'
import { spriteUnknown } from './problems.ts'

/** The sheets that styles name in `sprite`: as drawn, and for maps in shades of grey. */
export const SHEETS = ['icons', 'icons-grey'] as const
type Sheet = (typeof SHEETS)[number]

export interface SpriteFile {
  type: string
  bytes: Buffer
  /** Of what the bytes are made of. */
  version: string
}

/** The widest a sheet grows, and what lies between two icons, in pixels at ratio 1. */
const WIDTH = 256
const GAP = 1

/** Grows when sheets come to be drawn otherwise. */
const DRAWING = 1

/** Sprite sheets of the icons of styles/sprites/, each drawn when it is first asked for. */
export class Sprites {
  readonly #icons: readonly Sprite[]
  readonly #version: string
  readonly #drawn = new Map<string, Promise<{ json: Buffer; png: Buffer }>>()

  constructor(icons: readonly Sprite[]) {
    this.#icons = icons
    this.#version = createHash('sha256')
      .update(JSON.stringify([DRAWING, icons.map(({ id, svg }) => [id, svg])]))
      .digest('hex')
  }

  /** Of what the sheets are made of. */
  get version(): string {
    return this.#version
  }

  /** Whether there are no icons, and no sheets of them. */
  get isEmpty(): boolean {
    return this.#icons.length === 0
  }

  /**
   * One of `icons.json`, `icons@2x.png`, … as bytes, or one icon, as SLDs name it: `<id>.svg`.
   * @throws SPRITE_UNKNOWN
   */
  async file(name: string): Promise<SpriteFile> {
    const icon = this.#icons.find(({ id }) => name === `${id}.svg`)
    if (icon) return { type: 'image/svg+xml', bytes: Buffer.from(icon.svg), version: this.#version }
    const [, sheet, twice, ending] = /^([a-z-]+)(@2x)?\.(json|png)$/.exec(name) ?? []
    const known = SHEETS.find(one => one === sheet)
    if (!known || this.isEmpty) throw spriteUnknown({ file: name, names: SHEETS.join(', ') })
    const drawn = await this.#draw(known, twice ? 2 : 1)
    return ending === 'json'
      ? { type: 'application/json; charset=utf-8', bytes: drawn.json, version: this.#version }
      : { type: 'image/png', bytes: drawn.png, version: this.#version }
  }

  #draw(sheet: Sheet, ratio: number): Promise<{ json: Buffer; png: Buffer }> {
    const key = `${sheet} ${ratio}`
    const drawn = this.#drawn.get(key) ?? drawSheet(this.#icons, sheet, ratio)
    this.#drawn.set(key, drawn)
    return drawn
  }
}

async function drawSheet(icons: readonly Sprite[], sheet: Sheet, ratio: number) {
  const { places, width, height } = pack(icons)
  const canvas = createCanvas(width * ratio, height * ratio)
  const context = canvas.getContext('2d')
  for (const place of places) context.drawImage(await enlarged(place.icon, ratio), place.x * ratio, place.y * ratio)
  if (sheet === 'icons-grey') turnGrey(canvas)
  const index = places.map(({ icon, x, y }) => [
    icon.id,
    { x: x * ratio, y: y * ratio, width: icon.width * ratio, height: icon.height * ratio, pixelRatio: ratio }
  ])
  return { json: Buffer.from(JSON.stringify(Object.fromEntries(index))), png: await canvas.encode('png') }
}

/** Rows of icons, the tallest first. */
function pack(icons: readonly Sprite[]) {
  let [x, y, rowHeight, width] = [0, 0, 0, 1]
  const places = icons
    .toSorted((a, b) => b.height - a.height || (a.id < b.id ? -1 : 1))
    .map(icon => {
      if (x > 0 && x + icon.width > WIDTH) [x, y, rowHeight] = [0, y + rowHeight + GAP, 0]
      const place = { icon, x, y }
      x += icon.width + GAP
      rowHeight = Math.max(rowHeight, icon.height)
      width = Math.max(width, x)
      return place
    })
  return { places, width, height: y + rowHeight }
}

/** The icon as a picture of `ratio` times its size: its lines are drawn at that size, not stretched. */
const enlarged = ({ svg, width, height }: Sprite, ratio: number): Promise<Image> =>
  loadImage(
    Buffer.from(
      svg.replace(/<svg\b[^>]*>/, tag =>
        tag
          .replace(/\swidth="[^"]*"/, ` width="${width * ratio}"`)
          .replace(/\sheight="[^"]*"/, ` height="${height * ratio}"`)
      )
    )
  )

function turnGrey(canvas: Canvas): void {
  const context = canvas.getContext('2d')
  const picture = context.getImageData(0, 0, canvas.width, canvas.height)
  const { data } = picture
  for (let i = 0; i < data.length; i += 4) data.fill(luma(data[i]!, data[i + 1]!, data[i + 2]!), i, i + 3)
  context.putImageData(picture, 0, 0)
}
