import { createHash } from 'node:crypto'
import type { StyleLayer } from '../../catalog/layer.ts'
import type { TileId } from '../../lib/tile-id.ts'
import type { TileGrid } from '../../lib/tile-matrix.ts'
import type { Picture, PictureLayer } from '../picture.ts'
import { coverOf, picturesCover } from './cover.ts'
import type { OrderLayer } from './messages.ts'
import type { OrderGoods } from './render-thread.ts'
import type { SheetFiles } from './sheets.ts'
import { pictureZoom } from './zoom.ts'

export type TileOf<Member> = (
  member: Member,
  grid: TileGrid,
  tile: TileId,
  signal?: AbortSignal
) => Promise<{ key: string; bytes: Uint8Array | null }>

interface Sources<Member> {
  tileOf: TileOf<Member>
  keyOf?(member: Member, grid: TileGrid, tile: TileId): string | null
  sheetOf(name: string, ratio: 1 | 2): Promise<SheetFiles | null>
}

/**
 * A picture as the threads draw it: with the tiles it shows, got as far as not all threads have them.
 * @throws what `tileOf` and `sheetOf` throw
 */
export async function orderOf<Member>(
  picture: Picture<Member>,
  columns: number,
  rows: number,
  sources: Sources<Member>,
  allHave: (key: string) => boolean,
  signal: AbortSignal
) {
  const { frame, background, type, margin = 0, wholeTexts = false } = picture
  const zoom = pictureZoom(frame)
  const styles = new Map<string, readonly StyleLayer[]>()
  const sheets = new Map<string, SheetFiles>()
  const tiles = new Map<string, Uint8Array | null>()
  const ways = new Map<string, { member: Member; grid: TileGrid; tile: TileId }>()

  async function take(member: Member, grid: TileGrid, tile: TileId): Promise<TileId & { key: string }> {
    const known = sources.keyOf?.(member, grid, tile)
    const there = known && allHave(known) ? { key: known } : await sources.tileOf(member, grid, tile, signal)
    if ('bytes' in there) tiles.set(there.key, there.bytes)
    ways.set(there.key, { member, grid, tile })
    return { ...tile, key: there.key }
  }

  async function layerOf(layer: PictureLayer<Member>): Promise<OrderLayer[]> {
    const shown = layer.style.filter(item => isShownAt(item, zoom))
    if (shown.length === 0) return []
    const style = nameOf(layer.style)
    styles.set(style, layer.style)
    const sheet = hasIcons(layer.style) ? await sheetOf(layer.sheet ?? 'icons') : null
    if (layer.source.kind === 'features') return [{ style, sheet, source: layer.source }]
    const { source } = layer
    const cover =
      source.kind === 'pictures' ? picturesCover(frame, source) : coverOf(frame, source, reachOf(shown, margin))
    if (!cover) return []
    const found = await Promise.all(cover.tiles.map(tile => take(source.member, cover.grid, tile)))
    const tiled = { grid: cover.grid.id, tiles: found }
    if (source.kind === 'pictures') return [{ style, sheet, source: { kind: 'pictures', side: source.side, ...tiled } }]
    return [{ style, sheet, source: { kind: 'tiles', ...tiled } }]
  }

  async function sheetOf(name: string): Promise<string | null> {
    const ratio = frame.pixelRatio > 1 ? 2 : 1
    const sheet = `${name}@${ratio}x`
    const files = sheets.get(sheet) ?? (await sources.sheetOf(name, ratio))
    if (!files) return null
    sheets.set(sheet, files)
    return sheet
  }

  const layers = (await Promise.all(picture.layers.map(layerOf))).flat()
  const goods: OrderGoods = {
    order: { frame, layers, background, type, margin, wholeTexts, columns, rows },
    styles,
    sheets,
    tiles
  }
  const fetch = async (keys: readonly string[]) =>
    new Map(
      await Promise.all(
        keys.map(async key => {
          const { member, grid, tile } = ways.get(key)!
          // Under the name it was ordered by, whatever was published meanwhile.
          return [key, (await sources.tileOf(member, grid, tile, signal)).bytes] as const
        })
      )
    )
  return { goods, fetch }
}

const isShownAt = ({ minzoom = 0, maxzoom = 99, layout }: StyleLayer, zoom: number): boolean =>
  zoom >= minzoom - 1e-6 && zoom < maxzoom - 1e-6 && layout?.['visibility'] !== 'none'

/** What is drawn around a point reaches this far into the picture from beyond its edge, in CSS pixels. */
const POINT_REACH = 24

function reachOf(shown: readonly StyleLayer[], margin: number): number {
  if (shown.some(({ type }) => type === 'symbol')) return Math.max(margin, POINT_REACH)
  return shown.some(({ type }) => type === 'circle' || type === 'heatmap') ? POINT_REACH : 0
}

/** A name for what style layers say. */
function nameOf(style: readonly StyleLayer[]): string {
  const known = names.get(style)
  if (known) return known
  const name = createHash('sha256').update(JSON.stringify(style)).digest('base64url').slice(0, 16)
  names.set(style, name)
  return name
}

const names = new WeakMap<readonly StyleLayer[], string>()

const ICONS = ['icon-image', 'text-field', 'fill-pattern', 'line-pattern', 'background-pattern']

/** Whether a style may name icons: a text may have some within. */
const hasIcons = (style: readonly StyleLayer[]): boolean =>
  style.some(({ layout, paint }) => ICONS.some(name => layout?.[name] !== undefined || paint?.[name] !== undefined))
