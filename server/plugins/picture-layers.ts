import { createHash } from 'node:crypto'
import { type Box, lastChange } from '../catalog/changes.ts'
import type { Collection } from '../catalog/collection.ts'
import type { StyleLayer } from '../catalog/layer.ts'
import { findStyle, type NamedStyle, stylesOf } from '../catalog/named-styles.ts'
import { inGrey } from '../catalog/tone.ts'
import { TILE_GRIDS, tileDegrees } from '../lib/tile-matrix.ts'
import type { PictureFrame, PictureLayer, TiledFeatures, TiledPictures } from '../maps/picture.ts'
import { coverOf } from '../maps/render/cover.ts'
import { keepsGrid } from '../tiles/archive/keeps-grid.ts'
import { BUFFER, EXTENT, shapeOf, tileZooms } from '../tiles/scheme.ts'
import type { TileMember } from '../tiles/tile-name.ts'

/** A layer in a picture: how it stands, how it is drawn, and how its style goes by. */
export interface ShownLayer {
  member: TileMember
  layer: PictureLayer<TileMember>
  /** Everything that decides how it looks but for its rows. */
  look: string
}

/** The layers of a collection as they are drawn, from bottom to top. @param styleId a named style; none: each its own */
export function shownLayers({ tone }: Collection, members: readonly TileMember[], styleId?: string): ShownLayer[] {
  return members.map(member => {
    const { layer, view } = member
    const named = findStyle(layer, styleId) ?? stylesOf(layer)[0]!
    const { style, name } = tonedStyle(named, tone)
    const sheet = tone === 'grey' ? 'icons-grey' : 'icons'
    return {
      member,
      layer: { style, sheet, source: sourceOf(member) },
      look: `${layer.id}.${shapeOf(layer)}.${name}${view?.key ? `?${view.key}` : ''}`
    }
  })
}

function sourceOf(member: TileMember): TiledFeatures<TileMember> | TiledPictures<TileMember> {
  const { layer } = member
  const grids = TILE_GRIDS.filter(grid => keepsGrid(layer, grid))
  const tiled = { member, zooms: tileZooms(layer), grids }
  const { pictures } = layer.stored ?? {}
  return pictures ? { kind: 'pictures', side: pictures.side, ...tiled } : { kind: 'tiles', ...tiled }
}

interface Toned {
  style: readonly StyleLayer[]
  name: string
}

const toned = new WeakMap<NamedStyle, Toned>()

/** A style in the map's tone; the same record each time, as what draws it keeps what it has made of it. */
function tonedStyle(named: NamedStyle, tone: Collection['tone']): Toned {
  const { style, version } = named
  if (tone !== 'grey') return { style, name: version }
  const made = toned.get(named) ?? { style: style.map(inGrey), name: `${version}-${tone}` }
  toned.set(named, made)
  return made
}

/** Features are kept to BUFFER units beyond a tile's side; the rest is for rounding. */
const MARGIN = (BUFFER + 8) / EXTENT

/**
 * Names the state of the data a picture is drawn from: of each layer the last revision that changed anything in the
 * tiles that are used.
 * @param margin CSS pixels around the frame
 */
export const pictureVersion = (layers: readonly ShownLayer[], frame: PictureFrame, margin: number): string =>
  layers.map(shown => versionOf(shown, frame, margin)).join()

function versionOf({ member, layer }: ShownLayer, frame: PictureFrame, margin: number): string {
  const { revision: latest, changes, view } = member
  const revision = view?.asOfRevision ?? latest
  if (!changes || revision === 0 || layer.source.kind !== 'tiles') return String(revision)
  const cover = coverOf(frame, layer.source, margin)
  const [first, last] = [cover?.tiles[0], cover?.tiles.at(-1)]
  if (!cover || !first || !last) return '-'
  const [west, , , north] = tileDegrees(cover.grid, first, MARGIN)
  const [, south, east] = tileDegrees(cover.grid, last, MARGIN)
  const box: Box = [west, south, east, north]
  return String(lastChange(changes, revision, box))
}

export const hashOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)
