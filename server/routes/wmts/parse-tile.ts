import { findInfoFormat, INFO_FORMATS, type InfoFormat } from '../../features/info-formats.ts'
import type { Kvp } from '../../lib/kvp.ts'
import type { TileId } from '../../lib/tile-id.ts'
import { matrixSize, TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import { TILE_FORMATS, type TileFormat } from './formats.ts'
import { levelsOf, TILE_PIXELS } from './levels.ts'
import { beyond, invalid, missing, outsideTile } from './problems.ts'

/** Which tile of which layer; that there is such a layer, with such a style, and a tile of it, is not known yet. */
export interface TileAddress {
  layer: string
  style: string
  format: TileFormat
  grid: TileGrid
  tile: TileId
}

/** The parameters of GetTile (OGC 07-057r7 table 22); all are mandatory. */
const PARAMETERS = ['layer', 'style', 'format', 'TileMatrixSet', 'TileMatrix', 'TileRow', 'TileCol'] as const
type Parameters = Record<(typeof PARAMETERS)[number], string>

/**
 * Reads GetTile with `?name=value`.
 * @throws MissingParameterValue, InvalidParameterValue, TileOutOfRange
 */
export function parseGetTile(kvp: Kvp): TileAddress {
  const lacking = ['version', ...PARAMETERS].find(name => !kvp.get(name.toLowerCase()))
  if (lacking) throw missing(lacking)
  const value = (name: string) => kvp.get(name.toLowerCase()) ?? ''
  if (value('version') !== '1.0.0') throw invalid('version', value('version'), '1.0.0')
  return readAddress(Object.fromEntries(PARAMETERS.map(name => [name, value(name)])) as Parameters)
}

/** Of a tile a pixel, and how what lies there is told. */
export interface PixelAddress extends TileAddress {
  /** From the left, and from above, from 0. */
  i: number
  j: number
  info: InfoFormat
}

/**
 * Reads GetFeatureInfo with `?name=value` (OGC 07-057r7 §7.3.1).
 * @throws what parseGetTile does, PointIJOutOfRange
 */
export function parseGetFeatureInfo(kvp: Kvp): PixelAddress {
  const address = parseGetTile(kvp)
  const lacking = ['J', 'I', 'InfoFormat'].find(name => !kvp.get(name.toLowerCase()))
  if (lacking) throw missing(lacking)
  const value = (name: string) => kvp.get(name) ?? ''
  return readPixel(address, value('i'), value('j'), value('infoformat'))
}

export interface PixelPath extends Omit<TilePath, 'col'> {
  col: string
  j: string
  /** `<i>.<extension>` */
  i: string
}

/** Reads the address of what lies at a pixel as a resource; its tile has no format there. @throws as parseGetFeatureInfo does */
export function parsePixelPath({ i, j, col, ...path }: PixelPath): PixelAddress {
  const address = parseTilePath({ ...path, col: `${col}.${TILE_FORMATS[0]!.extension}` })
  const [column = '', extension = ''] = i.split('.', 2)
  const format = INFO_FORMATS.find(known => known.extension === extension)?.type ?? extension
  return readPixel(address, column, j, format)
}

function readPixel(address: TileAddress, i: string, j: string, format: string): PixelAddress {
  const info = findInfoFormat(format)
  if (!info) throw invalid('InfoFormat', format, INFO_FORMATS.map(({ type }) => type).join(', '))
  const read = (name: 'I' | 'J', text: string): number => {
    if (!/^-?\d{1,15}$/.test(text)) throw invalid(name, text, `0 … ${TILE_PIXELS - 1}`)
    if (Number(text) < 0 || Number(text) >= TILE_PIXELS) throw outsideTile(name, Number(text), TILE_PIXELS - 1)
    return Number(text)
  }
  return { ...address, info, i: read('I', i), j: read('J', j) }
}

export interface TilePath {
  layer: string
  style: string
  grid: string
  matrix: string
  row: string
  /** `<column>.<extension>` */
  col: string
}

/** Reads the address of a tile as a resource. @throws as parseGetTile does */
export function parseTilePath({ layer, style, grid, matrix, row, col }: TilePath): TileAddress {
  const [TileCol = '', extension = ''] = col.split('.', 2)
  const format = TILE_FORMATS.find(known => known.extension === extension)?.type ?? extension
  return readAddress({ layer, style, format, TileMatrixSet: grid, TileMatrix: matrix, TileRow: row, TileCol })
}

function readAddress({ layer, style, format, TileMatrixSet, TileMatrix, TileRow, TileCol }: Parameters): TileAddress {
  const known = TILE_FORMATS.find(({ type }) => type === format.toLowerCase())
  if (!known) throw invalid('format', format, TILE_FORMATS.map(({ type }) => type).join(', '))
  const grid = TILE_GRIDS.find(({ id }) => id === TileMatrixSet)
  if (!grid) throw invalid('TileMatrixSet', TileMatrixSet, TILE_GRIDS.map(({ id }) => id).join(', '))
  const levels = levelsOf(grid)
  const z = levels.find(level => String(level) === TileMatrix)
  if (z === undefined) throw invalid('TileMatrix', TileMatrix, `${levels[0]} … ${levels.at(-1)}`)
  const { columns, rows } = matrixSize(grid, z)
  const tile = { z, y: index('TileRow', TileRow, rows), x: index('TileCol', TileCol, columns) }
  return { layer, style, format: known, grid, tile }
}

function index(name: 'TileRow' | 'TileCol', text: string, count: number): number {
  if (!/^-?\d{1,15}$/.test(text)) throw invalid(name, text, `0 … ${count - 1}`)
  const value = Number(text)
  if (value < 0 || value >= count) throw beyond(name, value, 0, count - 1)
  return value
}
