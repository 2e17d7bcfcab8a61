import { deflateRawSync } from 'node:zlib'
import { EXTENT, labelLayerName } from '../scheme.ts'
import { ByteWriter } from './byte-writer.ts'
import { candidates, type Group, keepMatching, type Match } from './candidates.ts'
import { type Choice, type Costs, choose, type Sized, withSizes } from './choose.ts'
import { type Cluster, type Clustered, clusterFields, clusterPoints } from './cluster.ts'
import { type FeatureSet, NO_PLACE, POINT, POLYGON } from './columns.ts'
import type { TileFrame } from './frame.ts'
import { LayerWriter, type Reduced } from './layer-writer.ts'
import { Pen } from './pen.ts'

/** What of a layer decides how its rows become tiles; plain data, so that it can be sent to a worker. */
export interface CutSpec {
  id: string
  /** By column: the layer's fields and `feature_id`. */
  names: readonly string[]
  /** Columns that squares keep of the largest polygon they stand for: what a style colours by. */
  squareColumns: readonly number[]
  maxZoom: number
  labels: boolean
  /** Tiles have label points from this zoom on. */
  labelZoom: number
  /** Put points together that lie within so many pixels, to this zoom. */
  cluster: { radius: number; maxZoom: number } | null
}

export interface CutView {
  /** The columns features carry. */
  columns: readonly number[]
  match: Match | null
}

export interface Cut {
  /** MVT 2.1 layers; null: empty. */
  mvt: Uint8Array<ArrayBuffer> | null
  reduced: Reduced | null
}

/** The most bytes a tile should be when it is sent, compressed. */
export const TILE_BUDGET = 500_000
/** What compression usually leaves of features with their fields. */
const USUAL_RATIO = 0.45
/** Level 1 is quick and leaves a tenth more than the level tiles are sent at. */
const CHECK_LEVEL = 1
const CHECK_FACTOR = 0.92
const ATTEMPTS = 5

const pen = new Pen()
const writer = new LayerWriter()
const tile = new ByteWriter(1 << 20)

/** Cuts one tile. The same features give the same bytes, whatever columns they come in, unless it had to be reduced. */
export function cutTile(set: FeatureSet, given: CutSpec, view: CutView, frame: TileFrame): Cut {
  const spec = { ...given, labels: given.labels && frame.level >= given.labelZoom }
  const { match } = view
  let groups = candidates(set, frame)
  if (match) groups = groups.map(group => keepMatching(group, spec.names, match))
  const { cluster } = spec
  const clustered: Clustered =
    cluster && frame.level <= cluster.maxZoom ? clusterPoints(groups, cluster.radius) : { groups, clusters: [] }
  const total = sum(clustered.groups, group => group.features.length) + sum(clustered.clusters, ({ count }) => count)
  if (total === 0) return { mvt: null, reduced: null }
  const sized = clustered.groups.map(withSizes)
  const costs = costsOf(sized, spec, view)
  let allowed = TILE_BUDGET
  for (let attempt = 1; ; attempt++) {
    const choice = choose(sized, costs, allowed, frame.level >= spec.maxZoom)
    const shown = sum(choice.shown, features => features.length)
    const reduced = shown < total ? { shown, total } : null
    write(sized, choice, clustered.clusters, spec, view, frame, reduced)
    const excess = tile.length / TILE_BUDGET > 1 ? compressedLength() / TILE_BUDGET : 0
    if (excess <= 1 || attempt === ATTEMPTS) return { mvt: tile.length > 0 ? tile.finish() : null, reduced }
    allowed = (choice.estimate * 0.95) / excess
  }
}

const sum = <T>(items: readonly T[], size: (item: T) => number) => items.reduce((all, item) => all + size(item), 0)

const compressedLength = () =>
  deflateRawSync(tile.bytes.subarray(0, tile.length), { level: CHECK_LEVEL }).length * CHECK_FACTOR

/** Measured on parcels and buildings; what they are off by is made up for when the tile is seen to be too large. */
function costsOf(groups: readonly Sized[], spec: CutSpec, view: CutView): Costs {
  const count = sum(groups, ({ columns }) => columns.count)
  const vertices = sum(groups, ({ columns }) => columns.x.length) / count
  const carried = view.columns.length / spec.names.length
  const tags = view.columns.length * 3 + (sum(groups, ({ columns }) => columns.values.bytes.length) / count) * carried
  const shape = (12 + 2.5 * Math.min(vertices, 40) + tags) * USUAL_RATIO
  return { shape, label: spec.labels ? (16 + tags) * USUAL_RATIO : 0, square: 4 }
}

function write(
  groups: readonly Sized[],
  choice: Choice,
  clusters: readonly Cluster[],
  spec: CutSpec,
  view: CutView,
  frame: TileFrame,
  reduced: Reduced | null
): void {
  const stores = groups.map(group => group.columns)
  const values = Math.max(...stores.map(({ values }) => values.first + values.ends.length))
  tile.length = 0
  writer.begin(values)
  for (const [i, group] of groups.entries()) writeShapes(group, choice.shown[i]!, spec, view, frame)
  for (const { group, feature, x, y, side } of choice.squares) {
    const columns = spec.squareColumns.filter(column => view.columns.includes(column))
    pen.square(x, y, side)
    writer.tag(groups[group]!.columns, feature, { columns, names: spec.names })
    writer.feature(null, POLYGON, pen.commands)
  }
  for (const cluster of clusters) {
    pen.point(Math.round(cluster.x), Math.round(cluster.y))
    writer.tagOwn(clusterFields(cluster))
    writer.feature(null, POINT, pen.commands)
  }
  writer.finish(tile, spec.id, stores, reduced)
  if (!spec.labels) return
  const most = sum(choice.shown, ({ length }) => length)
  const labelled = sum(choice.labelled, ({ length }) => length)
  if (labelled * 2 >= most) writer.again()
  else writer.begin(values)
  for (const [i, group] of groups.entries()) writeLabels(group, choice.labelled[i]!, spec, view)
  writer.finish(tile, labelLayerName(spec.id), stores, reduced)
}

function writeShapes(
  { columns, placing }: Group,
  features: Uint32Array,
  { names }: CutSpec,
  view: CutView,
  { level }: TileFrame
): void {
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!
    if (!pen.feature(columns, feature, placing, level)) continue
    writer.tag(columns, feature, { columns: view.columns, names })
    writer.feature(columns.fids[feature]!, columns.kinds[feature]!, pen.commands)
  }
}

/** Label points lie in one tile each: its northern and western edges belong to it, the others to its neighbours. */
function writeLabels({ columns, placing }: Group, features: Uint32Array, { names }: CutSpec, view: CutView): void {
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!
    const place = columns.labels[feature * 2]!
    if (place === NO_PLACE) continue
    const x = place * placing.scale + placing.offX
    const y = placing.y(columns.labels[feature * 2 + 1]!)
    if (x < 0 || y < 0 || x >= EXTENT || y >= EXTENT) continue
    // In the last half unit it would be rounded onto the next tile's edge.
    pen.point(Math.min(Math.round(x), EXTENT - 1), Math.min(Math.round(y), EXTENT - 1))
    writer.tag(columns, feature, { columns: view.columns, names })
    writer.feature(columns.fids[feature]!, POINT, pen.commands)
  }
}
