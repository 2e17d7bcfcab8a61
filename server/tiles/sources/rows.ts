import { fieldColumns } from '../../catalog/table.ts'
import { type Database, join, literalSql, name, type Row, type Statement, sql } from '../../lib/sql.ts'
import { frameOf } from '../cut/frame.ts'
import { buildSpec, cutSpec } from '../cut/spec.ts'
import type { TileWorkers } from '../cut/worker-pool.ts'
import { packRows } from '../row-batch.ts'
import type { CutAsk, CutTile, TileSource } from '../source.ts'
import { rowsShown } from './rows-shown.ts'
import { squareOf, type TileFrame, tileFrame } from './tile-frame.ts'

/** Rows read for one tile: where there are more, the largest. More are hardly within a tile's budget anyway. */
const MOST_ROWS = 20_000

/** No field's name begins with `_`. */
interface Found extends Row {
  /** Of the rows: read by the same statement, so by the same snapshot. */
  _revision: number
  _total: number
  /** null in the one row that says there are none */
  fid: number | null
}

/**
 * Tiles cut from the rows that a search by box finds, by the same rules as those of columns in memory: for layers too
 * large for memory where there is no ST_AsMVT, and for what was.
 */
export class RowsSource implements TileSource {
  readonly #db: Database
  readonly #workers: TileWorkers
  readonly #most: number

  constructor(db: Database, workers: TileWorkers, most = MOST_ROWS) {
    this.#db = db
    this.#workers = workers
    this.#most = most
  }

  async cut(ask: CutAsk, signal?: AbortSignal): Promise<CutTile> {
    const { layer, view, grid, tile, compressed = false } = ask
    const fields = layer.fields.filter(field => view.fields === null || view.fields.includes(field.name))
    const found = await this.#db.query<Found>(planRows(ask, fields, this.#most), { signal })
    const [first] = found
    if (!first || first.fid === null) return { revision: first?._revision ?? 0, mvt: null, reduced: null }
    const spec = cutSpec(layer, fields)
    const batch = packRows(
      found,
      fields.map(field => field.name)
    )
    const columns = spec.names.map((_, column) => column)
    const order = { spec, columns, filter: null, frame: frameOf(grid, tile), compressed }
    const cut = await this.#workers.cutRows(batch, buildSpec(spec), order, signal)
    const { _revision: revision, _total: total } = first
    if (total === found.length) return { ...cut, revision }
    return { ...cut, revision, reduced: { shown: cut.reduced?.shown ?? found.length, total } }
  }
}

/** The rows of a tile and its margin by fid, at most so many, and how many there are; one row of nulls for none. */
export function planRows(ask: CutAsk, fields: CutAsk['layer']['fields'], most: number): Statement {
  const { layer, grid, tile } = ask
  const frame = tileFrame(grid, tile)
  const rows = rowsShown(ask, frame.search)
  const columns = join([...PLATFORM, ...fieldColumns({ fields })])
  return sql`WITH found AS MATERIALIZED (SELECT ${columns} FROM ${rows}),
    chosen AS (SELECT * FROM found ORDER BY ${largestFirst(layer.geometry, frame)}, fid LIMIT ${most}::integer)
    SELECT l.revision AS _revision, n.total AS _total, c.*, ST_AsBinary(c.geom, 'NDR') AS geom
    FROM yitu.layer l CROSS JOIN (SELECT count(*)::integer AS total FROM found) AS n LEFT JOIN chosen c ON true
    WHERE l.id = ${layer.id}::text ORDER BY c.fid`
}

const PLATFORM = ['fid', 'feature_id', 'geom'].map(column => name(column))

/** Of points one of each square that has any, then whichever: so none that stands alone is lost. */
function largestFirst(geometry: string, frame: TileFrame): Statement {
  if (geometry.endsWith('Polygon')) return literalSql('ST_Area(geom) DESC')
  if (geometry.endsWith('LineString')) return literalSql('ST_Length(geom) DESC')
  return sql`fid IN (SELECT min(fid) FROM (SELECT fid, ${squareOf(sql`geom`, frame, SQUARE)} FROM found) AS f GROUP BY x, y) DESC,
    hashint8(fid)`
}

/** Side of the squares in units: all squares of a tile are fewer than the rows that are read. */
const SQUARE = 32
