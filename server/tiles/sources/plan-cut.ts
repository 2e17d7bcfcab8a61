import type { Field } from '../../catalog/layer.ts'
import { columnType, tableOf } from '../../catalog/table.ts'
import { join, literalSql, name, type Statement, sql } from '../../lib/sql.ts'
import { BUFFER, EXTENT, hasLabelPoints, labelLayerName } from '../scheme.ts'
import type { CutAsk } from '../source.ts'
import { rowsShown } from './rows-shown.ts'
import { type Box, squareOf, type TileFrame } from './tile-frame.ts'

/** What a statement of this file finds, in one row; none where the layer was never published. */
export interface CutRow {
  /** The revision that the rows are of: read by the same statement, so by the same snapshot. */
  revision: number
  /** Features whose boxes touch the tile's; of a whole cut not counted beyond `most`. */
  total: number
  /** Features drawn as they are. */
  shown: number
  /** The MVT layers; null: more features than `most`. */
  mvt: Buffer | null
}

/** Tiles of lower zooms may have a hundred times too many features: those are counted before any is drawn. */
const SELDOM_CROWDED = 13

/** The tile with every feature, unless there are more than `most`. The text is the same for every tile of a grid. */
export function planWhole(ask: CutAsk, frame: TileFrame, most: number): Statement {
  const { layer, grid, tile, view } = ask
  const rows = rowsShown(ask, frame.search)
  const drawn = sql`SELECT ${shape(sql`t.geom`, frame)} AS geom, ${attributes(ask)} FROM ${rows} ORDER BY t.fid`
  const labels = labelLayer(ask, frame, rowsShown(ask, frame.bounds))
  const found =
    tile.z + grid.zoomOffset < SELDOM_CROWDED
      ? sql`SELECT n.total, CASE WHEN n.total <= ${most}::integer THEN (SELECT ${encoded(layer.id)} FROM (${drawn}) AS f) END AS shapes
          FROM (SELECT count(*)::integer AS total FROM (SELECT FROM ${rows} LIMIT ${most + 1}::integer) AS touched) AS n`
      : sql`SELECT count(*)::integer AS total, ${encoded(layer.id)} AS shapes FROM (${drawn} LIMIT ${most + 1}::integer) AS f`
  const statement = sql`SELECT l.revision, w.total, w.total AS shown, CASE WHEN w.total <= ${most}::integer THEN w.shapes${labels} END AS mvt
    FROM yitu.layer l, (${found}) AS w WHERE l.id = ${layer.id}`
  // Texts with a filter or chosen fields are as many as those: connections keep only plans that come again.
  return { ...statement, keepPlan: view.filter === null && view.fields === null }
}

/** A screen pixel, where a tile has 256 of them side by side. */
const PIXEL = EXTENT / 256
/** Side of the squares that stand for polygons too small to be seen, in units; such polygons are smaller than one. */
const CELL = 2 * PIXEL
/** Squares smaller than this share of a pixel are left out. */
const FAINTEST = 1 / 16

/**
 * The tile with at most `limit` features: the largest, by area or length. Polygons smaller than a square of two by two
 * pixels are put together to squares of their area, so that their density stays visible; each square carries the codes,
 * numbers and truths of one of its polygons, by which styles tell them apart, and no id. Of points each such square shows
 * one, or each of twice the side where those are too many.
 */
export function planReduced(ask: CutAsk, frame: TileFrame, limit: number): Statement {
  const found = sql`found AS MATERIALIZED (SELECT t.fid, ${size(ask)} AS size, ${squareOf(sql`t.geom`, frame, CELL)} FROM ${rowsShown(ask, frame.search)})`
  const parts = join([found, ...choose(ask, frame, limit)])
  const table = sql`${tableOf(ask.layer)} AS t`
  const own = attributes(ask)
  const kept = sql`(SELECT ${shape(sql`t.geom`, frame)} AS geom, ${own} FROM kept k JOIN ${table} USING (fid) ORDER BY t.fid)`
  const squares = sql`(SELECT ${shape(square(frame), frame)} AS geom, ${kinAttributes(ask)} FROM squares s JOIN ${table} USING (fid)
    ORDER BY s.y, s.x)`
  const shapes = kind(ask) === 'area' ? sql`${kept} UNION ALL ${squares}` : kept
  const labels = labelLayer(ask, frame, sql`kept k JOIN ${table} USING (fid)`)
  return sql`WITH ${parts}
    SELECT l.revision, (SELECT count(*)::integer FROM found) AS total, (SELECT count(*)::integer FROM kept) AS shown,
      (SELECT ${encoded(ask.layer.id)} FROM (${shapes}) AS f)${labels} AS mvt
    FROM yitu.layer l WHERE l.id = ${ask.layer.id}`
}

function choose(ask: CutAsk, { bounds }: TileFrame, limit: number): Statement[] {
  const pixel = (side: number) => side * (PIXEL / EXTENT)
  const [width, height] = [pixel(bounds[2] - bounds[0]), pixel(bounds[3] - bounds[1])]
  const largest = sql`ORDER BY size DESC, fid LIMIT`
  const most = sql`${limit}::integer`
  switch (kind(ask)) {
    case 'point':
      // Points in wider squares, before those that stand alone are left out.
      return [
        sql`wide AS MATERIALIZED (SELECT CASE WHEN count(*) > ${most} THEN 1 ELSE 0 END AS step FROM (SELECT FROM found GROUP BY x, y) AS cells)`,
        sql`kept AS MATERIALIZED (SELECT min(fid) AS fid, count(*) AS size FROM found, wide
          GROUP BY x >> step, y >> step ${largest} ${most})`
      ]
    case 'line':
      return [sql`kept AS MATERIALIZED (SELECT fid FROM found WHERE size >= ${width}::float8 ${largest} ${most})`]
    case 'area': {
      const small = sql`${width * height * (CELL / PIXEL) ** 2}::float8`
      const faintest = sql`${width * height * FAINTEST}::float8`
      const cells = literalSql(String(EXTENT / CELL - 1))
      return [
        sql`kept AS MATERIALIZED (SELECT fid FROM found WHERE size >= ${small} ${largest} ${most})`,
        sql`squares AS MATERIALIZED (SELECT min(fid) AS fid, x, y, sum(size) AS size FROM found
          WHERE size < ${small} AND x BETWEEN 0 AND ${cells} AND y BETWEEN 0 AND ${cells}
          GROUP BY x, y HAVING sum(size) >= ${faintest} ${largest} ${most} - (SELECT count(*) FROM kept))`
      ]
    }
  }
}

type Kind = 'point' | 'line' | 'area'

const kind = ({ layer: { geometry } }: CutAsk): Kind =>
  geometry.endsWith('Polygon') ? 'area' : geometry.endsWith('LineString') ? 'line' : 'point'

const SIZES = { point: '0', line: 'ST_Length(t.geom)', area: 'ST_Area(t.geom)' }

/** Square degrees or degrees. */
const size = (ask: CutAsk): Statement => literalSql(SIZES[kind(ask)])

/** A square in the middle of its cell, as large as what it stands for, in degrees. */
function square({ bounds: [west, south, east, north] }: TileFrame): Statement {
  const [width, height] = [((east - west) * CELL) / EXTENT, ((north - south) * CELL) / EXTENT]
  const part = sql`least(sqrt(s.size / ${width * height}::float8), 1) / 2`
  const x = (sign: '+' | '-') => sql`${west}::float8 + (s.x + 0.5 ${literalSql(sign)} ${part}) * ${width}::float8`
  const y = (sign: '+' | '-') => sql`${north}::float8 - (s.y + 0.5 ${literalSql(sign)} ${part}) * ${height}::float8`
  return sql`ST_MakeEnvelope(${x('-')}, ${y('+')}, ${x('+')}, ${y('-')}, 4490)`
}

/** The fid, the fields of the view and `feature_id`, of a row `t`. */
function attributes({ layer, view }: CutAsk): Statement {
  const fields = layer.fields.filter(field => view.fields === null || view.fields.includes(field.name))
  return join([sql`t.fid`, ...fields.map(attribute), sql`t.feature_id`])
}

/** Fields of these types have few values. */
const TELLING = new Set<Field['type']>(['code', 'boolean', 'integer'])

/** The columns of `attributes`, of a feature that stands for others. */
function kinAttributes({ layer, view }: CutAsk): Statement {
  const fields = layer.fields.filter(field => view.fields === null || view.fields.includes(field.name))
  const told = fields.map(field =>
    TELLING.has(field.type) ? attribute(field) : sql`NULL::${mvtType(field)} AS ${name(field.name)}`
  )
  return join([sql`NULL::bigint AS fid`, ...told, sql`NULL::text AS feature_id`])
}

const mvtType = (field: Field): Statement => (field.type === 'datetime' ? literalSql('text') : columnType(field))

/** ST_AsMVT writes other types than numbers, texts and truths as their text, which for an instant hangs on the session. */
function attribute({ name: field, type }: Field): Statement {
  if (type !== 'datetime') return sql`${name('t', field)}`
  return sql`to_char(${name('t', field)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name(field)}`
}

const boxText = ([west, south, east, north]: Box) => `BOX(${west} ${south},${east} ${north})`

/** A geometry in degrees as the tile has it; null where nothing is left of it. */
function shape(geometry: Statement, { box, srid }: TileFrame): Statement {
  const projected = srid === null ? geometry : sql`ST_Transform(${geometry}, ${literalSql(String(srid))})`
  return sql`ST_AsMVTGeom(${projected}, ${boxText(box)}::box2d, ${UNITS})`
}

const UNITS = literalSql(`${EXTENT}, ${BUFFER}, true`)

/** What adds the label points of rows `t` to a tile; nothing where the style asks for none. */
function labelLayer(ask: CutAsk, frame: TileFrame, rows: Statement): Statement {
  if (!hasLabelPoints(ask.layer, ask.tile.z + ask.grid.zoomOffset)) return sql``
  const labels = planLabels(ask, frame, rows)
  return sql` || (SELECT ${encoded(labelLayerName(ask.layer.id))} FROM (${labels}) AS f)`
}

const encoded = (layer: string): Statement => sql`ST_AsMVT(f, ${layer}, ${literalSql(String(EXTENT))}, 'geom', 'fid')`

/** A place in a polygon, or halfway along the longest part of a line. */
const PLACES = {
  area: 'ST_PointOnSurface(t.geom)',
  line: '(SELECT ST_LineInterpolatePoint(d.geom, 0.5) FROM ST_Dump(t.geom) AS d ORDER BY ST_Length(d.geom) DESC, d.path LIMIT 1)',
  point: 't.geom'
}

/**
 * The label points that lie in the tile, which has its western and northern edge: so each is in one tile. A point in the
 * last unit would be rounded onto the next tile's edge.
 */
function planLabels(ask: CutAsk, frame: TileFrame, rows: Statement): Statement {
  const [west, south, east, north] = frame.bounds
  const unit = (side: number) => side / EXTENT
  const inside = sql`ST_SetSRID(ST_Point(least(ST_X(p.place), ${east - unit(east - west)}::float8),
    greatest(ST_Y(p.place), ${south + unit(north - south)}::float8)), 4490)`
  return sql`SELECT ${shape(inside, frame)} AS geom, ${attributes(ask)} FROM ${rows},
    LATERAL (SELECT ${literalSql(PLACES[kind(ask)])} AS place OFFSET 0) AS p
    WHERE ST_X(p.place) >= ${west}::float8 AND ST_X(p.place) < ${east}::float8
      AND ST_Y(p.place) > ${south}::float8 AND ST_Y(p.place) <= ${north}::float8
    ORDER BY t.fid`
}
