import { askTile, MODES, type Mode, readIntoMemory, type TileBench, WITHOUT_CACHE, withServer } from './tile-bench.ts'
import { filledTiles, pathOf } from './tile-targets.ts'

/** What the tiles of one zoom take, each made anew by a server without a cache. */
export interface ZoomFigure {
  layer: string
  mode: Mode
  zoom: number
  tiles: number
  reduced: number
  /** gzip, of the largest. */
  kilobytes: number
  /** Milliseconds of the slowest, the best of three, as other work on the machine only adds to it. */
  slowest: number
}

/** The crowded ones come first; those of the source that these layers are not cut by are only looked at. */
const MOST_TILES = { memory: 12, postgis: 2 }
const DEEPEST = 16

export async function measureZooms(bench: TileBench): Promise<ZoomFigure[]> {
  const figures: ZoomFigure[] = []
  for (const mode of MODES) {
    await withServer(bench, { mode, ...WITHOUT_CACHE }, async server => {
      for (const layer of bench.heavy) {
        for (let zoom = layer.zoom.min; zoom <= DEEPEST; zoom++) {
          const figure: ZoomFigure = { layer: layer.id, mode, zoom, tiles: 0, reduced: 0, kilobytes: 0, slowest: 0 }
          for (const tile of await filledTiles(bench.db, layer, zoom, MOST_TILES[mode])) {
            const path = pathOf({ layer: layer.id, tile })
            if (mode === 'memory' && zoom === layer.zoom.min && figure.tiles === 0) await readIntoMemory(server, path)
            let best = Infinity
            for (let i = 0; i < 3; i++) {
              const started = performance.now()
              const { body, headers } = await askTile(server, path)
              best = Math.min(best, performance.now() - started)
              figure.kilobytes = Math.max(figure.kilobytes, Math.round(body.length / 100) / 10)
              if (i === 0 && headers['tile-reduced'] !== undefined) figure.reduced++
            }
            figure.tiles++
            figure.slowest = Math.max(figure.slowest, Math.round(best * 10) / 10)
          }
          figures.push(figure)
        }
      }
    })
  }
  return figures
}
