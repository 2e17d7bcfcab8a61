import { availableParallelism } from 'node:os'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { Collection } from '../catalog/collection.ts'
import { AtMost } from '../lib/at-most.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import type { PictureFrame, PictureLayer, PictureType } from '../maps/picture.ts'
import { createRenderer, RENDERING, type RendererStats } from '../maps/renderer.ts'
import type { BlockPlace } from '../maps/tile-block.ts'
import { TilePictures, type TileSheet } from '../maps/tile-pictures.ts'
import { type ViewQuery, viewQuery } from '../tiles/parse-view.ts'
import { SharedWork } from '../tiles/shared-work.ts'
import type { TileMember } from '../tiles/tile-name.ts'
import { tilesetVersion } from '../tiles/tileset.ts'
import { blockVersion } from './block-version.ts'
import { ByCollection } from './by-collection.ts'
import { hashOf, pictureVersion, type ShownLayer, shownLayers } from './picture-layers.ts'

/** What somebody wants drawn, of what they may see. */
export interface Shown {
  collection: Collection
  /** A named style; default: each layer's own. */
  style?: string
  /** Which of the layers' features, and as of when. */
  query?: ViewQuery
}

export interface PictureAsk {
  /** From bottom to top. */
  shown: readonly Shown[]
  frame: PictureFrame
  /** A CSS colour behind everything; null: transparent. */
  background: string | null
  type: PictureType
  /** It stands alone, so that no text is to be cut at its edge; without it pictures side by side fit together. */
  isAlone?: boolean
  /** Drawn above all else. */
  overlay?: readonly PictureLayer<never>[]
  signal?: AbortSignal
}

export interface PictureTileAsk {
  shown: Shown
  grid: TileGrid
  tile: TileId
  pixelRatio: 1 | 2
  type: PictureType
  signal?: AbortSignal
}

export interface PicturesStats extends RendererStats {
  /** Raster tiles that were there, and that had to be drawn; those that are kept, and the bytes they take. */
  hits: number
  misses: number
  tiles: number
  bytes: number
}

export interface Pictures {
  /** Everything that decides a picture's bytes, in one text: known before it is drawn, it makes the ETag. */
  key(ask: PictureAsk): Promise<string>
  /** @throws PICTURE_OVERLOADED, PICTURE_TOO_SLOW; what `parseView` and the tile engine throw; the signal's reason */
  draw(ask: PictureAsk): Promise<Buffer>
  /** A raster tile, drawn together with those around it and kept. @throws as `draw` does */
  tile(ask: PictureTileAsk): Promise<{ bytes: Buffer; key: string }>
  tileKey(ask: PictureTileAsk): Promise<string>
  /** The `v` of raster tiles' addresses: differs whenever any of them may. */
  tilesVersion(shown: Shown): Promise<string>
  stats(): PicturesStats
}

declare module 'fastify' {
  interface FastifyInstance {
    pictures: Pictures
  }
}

/** CSS pixels around a picture in which labels are placed too, so that those that reach in from there are drawn. */
const LABEL_MARGIN = 64

/** Of a picture whose texts are whole nothing reaches in that is not within a point's reach. */
const marginOf = (isAlone: boolean): number => (isAlone ? 0 : LABEL_MARGIN)

/** Of the places for tiles that are to be made, pictures take this part at most; a layer may have half of them. */
const SHARE_OF_QUEUE = 4

export interface PicturesOptions {
  /** Has the threads that draw started and their code compiled before the server is ready. */
  rehearse?: boolean
}

/** `app.pictures`: maps as pictures, whatever protocol asks for them. */
export default fp(
  async (app, { rehearse = false }: PicturesOptions) => {
    const { tiles, sprites, config } = app
    // One picture of a map may need hundreds of tiles: several would have each other refused by the tile engine.
    const making = new AtMost(Math.max(Math.floor(config.tileQueue / SHARE_OF_QUEUE), 1))
    const renderer = createRenderer<TileMember>({
      threads: config.pictureThreads || availableParallelism(),
      queue: config.pictureQueue,
      deadlineMs: config.pictureDeadlineMs,
      keyOf: (member, grid, tile) => tiles.key({ members: [member], grid, tile }),
      tileOf(member, grid, tile, signal) {
        const subject = { members: [member], grid, tile }
        const coding = member.layer.stored?.pictures ? 'identity' : 'readable'
        const get = () => tiles.get({ ...subject, coding, ...(signal && { signal }) })
        return tiles.find(tiles.name(subject), coding) ? get() : making.do(get, signal)
      },
      async sheetOf(name, ratio) {
        if (sprites.isEmpty) return null
        const stem = ratio === 2 ? `${name}@2x` : name
        const [json, png] = await Promise.all([sprites.file(`${stem}.json`), sprites.file(`${stem}.png`)])
        return { json: json.bytes, png: png.bytes }
      }
    })
    app.addHook('onClose', () => renderer.close())
    if (rehearse) {
      // Beside the rest of the start, which it hardly holds up.
      const rehearsed = renderer
        .rehearse()
        .catch(error => app.log.warn({ err: error }, 'the threads that draw could not rehearse'))
      app.addHook('onReady', () => rehearsed)
    }

    const rasters = new TilePictures<TileMember>({
      drawTiles: (block, signal) => renderer.drawTiles(block, signal),
      making: new SharedWork<Buffer[]>(),
      cacheBytes: config.pictureCacheBytes
    })

    async function layersOf({ collection, style, query = {} }: Shown): Promise<ShownLayer[]> {
      const { members } = await app.tileset(collection, query)
      return shownLayers(collection, members, style)
    }

    const layersOfAll = async (shown: readonly Shown[]) => (await Promise.all(shown.map(layersOf))).flat()

    const sheets = new ByCollection<TileSheet<TileMember>>()
    const versions = new ByCollection<string>()

    const sheetOf = (ask: PictureTileAsk) => {
      const { shown, pixelRatio, type } = ask
      return sheets.get(shown.collection, `${lookOf(shown)} ${pixelRatio} ${type}`, () => makeSheet(ask))
    }

    async function makeSheet({ shown, pixelRatio, type }: PictureTileAsk): Promise<TileSheet<TileMember>> {
      const layers = await layersOf(shown)
      const { background = null } = shown.collection
      const members = layers.map(({ member }) => member)
      const looks = layers.map(({ look }) => look)
      return {
        name: hashOf(RENDERING, sprites.version, looks, background, pixelRatio, type),
        layers: layers.map(({ layer }) => layer),
        background,
        pixelRatio,
        type,
        versionOf: remembered(block => blockVersion(members, block))
      }
    }

    async function tilesVersion({ collection, style, query = {} }: Shown): Promise<string> {
      const { members } = await app.tileset(collection, query)
      const looks = shownLayers(collection, members, style).map(({ look }) => look)
      const { background = null } = collection
      return hashOf(RENDERING, sprites.version, tilesetVersion(members), looks, background).slice(0, 12)
    }

    app.decorate('pictures', {
      async key({ shown, frame, background, type, overlay = [], isAlone = false }) {
        const layers = await layersOfAll(shown)
        const looks = layers.map(({ look }) => look)
        const { crs, ...place } = frame
        const how = hashOf(RENDERING, sprites.version, looks, crs.code, place, background, type, overlay, isAlone)
        return `${pictureVersion(layers, frame, marginOf(isAlone))}/${how}`
      },
      async draw({ shown, frame, background, type, overlay = [], isAlone = false, signal }) {
        const layers = (await layersOfAll(shown)).map(({ layer }) => layer)
        const edges = { margin: marginOf(isAlone), wholeTexts: isAlone }
        return renderer.draw({ frame, layers: [...layers, ...overlay], background, type, ...edges }, signal)
      },
      tile: async ask => rasters.get(await sheetOf(ask), ask.grid, ask.tile, ask.signal),
      tileKey: async ask => rasters.key(await sheetOf(ask), ask.grid, ask.tile),
      tilesVersion: shown => versions.get(shown.collection, lookOf(shown), () => tilesVersion(shown)),
      stats: () => ({ ...rasters.stats(), ...renderer.stats() })
    })
  },
  { name: 'pictures', dependencies: ['config', 'tiles', 'tile-delivery', 'maps'] }
)

/** What is shown of a collection, in one text. */
const lookOf = ({ style = '', query = {} }: Shown): string => `${style} ${viewQuery(query)}`

/** Blocks of a tileset whose versions are remembered. */
const BLOCKS = 2000

function remembered(versionOf: (block: BlockPlace) => string): (block: BlockPlace) => string {
  const known = new LRUCache<string, string>({ max: BLOCKS })
  return block => {
    const name = `${block.grid.id}/${block.level}/${block.x}/${block.y}`
    const version = known.get(name) ?? versionOf(block)
    known.set(name, version)
    return version
  }
}
