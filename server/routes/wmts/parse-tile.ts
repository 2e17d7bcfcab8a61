import type { Kvp } from '../../lib/kvp.ts'
import type { TileId } from '../../lib/tile-id.ts'
import { matrixSize, TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import { STYLE, TILE_FORMATS } from './formats.ts'
import { levelsOf } from './levels.ts'
import { beyond, invalid, missing } from './problems.ts'

/** Which tile of which layer; that there is such a layer, and a tile of it, is not known yet. */
export interface TileAddress {
  layer: string
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
  if (style !== STYLE) throw invalid('style', style, STYLE)
  const types = TILE_FORMATS.map(({ type }) => type)
  if (!types.includes(format.toLowerCase())) throw invalid('format', format, types.join(', '))
  const grid = TILE_GRIDS.find(({ id }) => id === TileMatrixSet)
  if (!grid) throw invalid('TileMatrixSet', TileMatrixSet, TILE_GRIDS.map(({ id }) => id).join(', '))
  const levels = levelsOf(grid)
  const z = levels.find(level => String(level) === TileMatrix)
  if (z === undefined) throw invalid('TileMatrix', TileMatrix, `${levels[0]} … ${levels.at(-1)}`)
  const { columns, rows } = matrixSize(grid, z)
  return { layer, grid, tile: { z, y: index('TileRow', TileRow, rows), x: index('TileCol', TileCol, columns) } }
}

function index(name: 'TileRow' | 'TileCol', text: string, count: number): number {
  if (!/^-?\d{1,15}$/.test(text)) throw invalid(name, text, `0 … ${count - 1}`)
  const value = Number(text)
  if (value < 0 || value >= count) throw beyond(name, value, 0, count - 1)
  return value
}
