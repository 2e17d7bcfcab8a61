import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getMapPath, SCALES, viewsOf } from './maps-requests.ts'
import { type MapBench, withBoth } from './maps-servers.ts'
import { LAYER_SETS } from './maps-styles.ts'
import { compare } from './picture-difference.ts'
import { headersOf } from './tile-bench.ts'

/** Whether both servers draw the same: what is compared in speed should be. */
export interface LikenessFigure {
  layers: number
  scale: number
  pictures: number
  /** The share of pixels that differ by more than 32 of 255 and have no like pixel beside them; the mean and the worst. */
  share: number
  worst: number
}

const PICTURES = 4

/** @param pictures a folder for the pictures, to be looked at */
export function measureLikeness(bench: MapBench, pictures?: string): Promise<LikenessFigure[]> {
  return withBoth(bench, async ({ yitu, mapserver }) => {
    if (pictures) await mkdir(pictures, { recursive: true })
    const views = await viewsOf(bench.db, bench.catalog.get('building-footprint'), PICTURES, 'alike')
    const figures: LikenessFigure[] = []
    for (const layers of bench.layerCounts) {
      for (const scale of SCALES) {
        const shares: number[] = []
        for (const view of views.filter(view => view.scale === scale)) {
          const path = getMapPath(view, LAYER_SETS[layers] ?? [])
          const ours = await picture(yitu.base + path, headersOf(yitu))
          const theirs = await picture(mapserver.base + path)
          if (pictures) {
            const name = join(pictures, `${layers}-${scale}-${shares.length}`)
            await writeFile(`${name}-yitu.png`, ours)
            await writeFile(`${name}-mapserver.png`, theirs)
          }
          shares.push((await compare(ours, theirs, { reach: 1 })).share)
        }
        const mean = shares.reduce((a, b) => a + b, 0) / shares.length
        figures.push({ layers, scale, pictures: shares.length, share: mean, worst: Math.max(...shares) })
      }
    }
    return figures
  })
}

async function picture(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const answer = await fetch(url, { headers })
  const body = Buffer.from(await answer.arrayBuffer())
  if (answer.headers.get('content-type') !== 'image/png')
    throw new Error(`${url} was answered ${answer.status}: ${body.toString().slice(0, 500)}`)
  return body
}
