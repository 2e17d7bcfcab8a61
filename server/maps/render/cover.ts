import { type Projection, projectionOf } from '../../lib/picture-crs.ts'
import type { TileId } from '../../lib/tile-id.ts'
import type { TileGrid } from '../../lib/tile-matrix.ts'
import { tileRange } from '../../lib/tile-range.ts'
import type { PictureFrame, TiledFeatures, TiledPictures } from '../picture.ts'
import { pictureZoom, WORLD_PIXELS } from './zoom.ts'

/** The tiles a picture shows of a layer. */
export interface Cover {
  grid: TileGrid
  tiles: TileId[]
}

/** Tiles of a layer that one picture is drawn from; a coarser level takes the place of more. */
const MOST_TILES = 256
/** Pixels of pictures that one picture is drawn from, 4 bytes each: more than twice as many as it may have itself. */
const MOST_PIXELS = 40e6
/** Levels above its first one a layer is still drawn at, from tiles of its first: pictures 256 pixels wide have that. */
const LEVELS_ABOVE = 1

/**
 * The tiles to draw a layer from: of the level of the picture's zoom, or of the last before it. Null where the layer
 * has nothing for a picture of that scale, or the picture lies elsewhere.
 * @param margin pixels around the frame that labels are placed in
 */
export function coverOf(
  frame: PictureFrame,
  source: Pick<TiledFeatures<unknown>, 'zooms' | 'grids'>,
  margin: number
): Cover | null {
  return cover(frame, source, Math.floor(pictureZoom(frame) + 1e-6), MOST_TILES, () => margin)
}

/**
 * The tiles to draw a layer of pictures from: of the level at which a pixel of theirs comes nearest to one of the
 * picture, with what lies half a pixel of theirs beyond its edge.
 */
export function picturesCover(
  frame: PictureFrame,
  source: Pick<TiledPictures<unknown>, 'zooms' | 'grids' | 'side'>
): Cover | null {
  const { side } = source
  const zoom = pictureZoom(frame)
  const wanted = Math.round(zoom + Math.log2((WORLD_PIXELS * frame.pixelRatio) / side))
  const pixel = (level: number) => (WORLD_PIXELS / side) * 2 ** (zoom - level)
  return cover(frame, source, wanted, Math.floor(MOST_PIXELS / side ** 2), level => pixel(level) / 2 + 1)
}

/** @param marginAt CSS pixels around the frame that tiles of a level are taken of */
function cover(
  frame: PictureFrame,
  source: Pick<TiledFeatures<unknown>, 'zooms' | 'grids'>,
  wanted: number,
  mostTiles: number,
  marginAt: (level: number) => number
): Cover | null {
  const grid = gridFor(frame, source.grids)
  if (!grid) return null
  const { min, max } = source.zooms
  if (wanted < min - LEVELS_ABOVE) return null
  for (let level = Math.min(Math.max(wanted, min), max); level >= min; level--) {
    const z = level - grid.zoomOffset
    if (z < grid.first.level) return null
    const bounds = boundsOf(frame, marginAt(level))
    if (!bounds) return null
    const { west, east, north, south } = tileRange(grid, z, bounds, TOUCHING)
    if ((east - west + 1) * (south - north + 1) > mostTiles) continue
    const tiles: TileId[] = []
    for (let y = north; y <= south; y++) for (let x = west; x <= east; x++) tiles.push({ z, x, y })
    return { grid, tiles }
  }
  return null
}

/** The grid whose tiles lie straight in the picture, where the layer has it. */
function gridFor({ crs }: PictureFrame, grids: readonly TileGrid[]): TileGrid | undefined {
  const isStraight = (grid: TileGrid) => (crs.unit === 'degree') === (grid.srid !== 3857)
  return grids.find(isStraight) ?? grids[0]
}

/** west, south, east, north of the picture in degrees; null where it shows nothing of the Earth. */
function boundsOf({ crs, box, width }: PictureFrame, margin: number): [number, number, number, number] | null {
  const beyond = (margin * (box[2] - box[0])) / width
  const [minX, minY, maxX, maxY] = [box[0] - beyond, box[1] - beyond, box[2] + beyond, box[3] + beyond]
  const places = crs.proj ? outline(projectionOf(crs), minX, minY, maxX, maxY) : [minX, minY, maxX, maxY]
  const [west, south, east, north] = [
    Math.min(...places.filter((_, i) => i % 2 === 0)),
    Math.min(...places.filter((_, i) => i % 2 === 1)),
    Math.max(...places.filter((_, i) => i % 2 === 0)),
    Math.max(...places.filter((_, i) => i % 2 === 1))
  ]
  if (![west, south, east, north].every(Number.isFinite)) return null
  return west >= 180 || east <= -180 || south >= 90 || north <= -90 ? null : [west, south, east, north]
}

/** A tile that only touches the picture is not in it: its share of a tile's side that must lie in the picture. */
const TOUCHING = -1e-6

/** Steps along a side; between them a side bends by less than a tile reaches beyond its own. */
const STEPS = 8

/** Places along a box's sides in degrees, x y in turns. */
function outline({ inverse }: Projection, minX: number, minY: number, maxX: number, maxY: number): number[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const [x, y] = [minX + ((maxX - minX) * i) / STEPS, minY + ((maxY - minY) * i) / STEPS]
    return [inverse(x, minY), inverse(x, maxY), inverse(minX, y), inverse(maxX, y)].flat()
  }).flat()
}
