import { readFile } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import type { CatalogProblem } from './catalog.ts'
import { listFiles } from './read.ts'

/** A picture that styles name in `icon-image` or `fill-pattern`, with its size in pixels. */
export interface Sprite {
  id: string
  svg: string
  width: number
  height: number
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
/** A sheet holds them all, and every client loads it. */
const LARGEST = 128

/** Reads styles/sprites/<name>.svg, sorted by name. */
export async function loadSprites(stylesDir: string): Promise<{ sprites: Sprite[]; problems: CatalogProblem[] }> {
  const folder = join(stylesDir, 'sprites')
  const sprites: Sprite[] = []
  const problems: CatalogProblem[] = []
  for (const name of await listFiles(folder, '.svg')) {
    const read = readSprite(parse(name).name, await readFile(join(folder, name), 'utf8'))
    if (typeof read !== 'string') sprites.push(read)
    else problems.push({ file: `${basename(stylesDir)}/sprites/${name}`, pointer: '', message: read })
  }
  return { sprites, problems }
}

function readSprite(id: string, svg: string): Sprite | string {
  if (!NAME.test(id)) return 'must be named in small letters, digits and single hyphens'
  const tag = /<svg\b[^>]*>/.exec(svg)?.[0] ?? ''
  const [width, height] = ['width', 'height'].map(side => Number(new RegExp(`\\s${side}="(\\d+)"`).exec(tag)?.[1]))
  const isSize = (side: number | undefined): side is number => side !== undefined && side >= 1 && side <= LARGEST
  if (!isSize(width) || !isSize(height))
    return `its svg element needs width and height in whole pixels, at most ${LARGEST}`
  if (!/\sviewBox="/.test(tag)) return 'its svg element needs a viewBox: it is drawn in several sizes'
  return { id, svg, width, height }
}
