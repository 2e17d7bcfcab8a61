import type { Filter } from '../../catalog/filter.ts'
import type { ThreadAnswer } from '../../lib/asked-thread.ts'
import type { RowBatch } from '../row-batch.ts'
import type { BuildSpec } from './column-builder.ts'
import type { Columns, FeatureSet, ValueStore } from './columns.ts'
import type { CutSpec } from './cut-tile.ts'
import type { TileFrame } from './frame.ts'
import type { Reduced } from './layer-writer.ts'

/** What is to be cut, and how. */
export interface CutOrder {
  spec: CutSpec
  /** The columns features carry. */
  columns: readonly number[]
  filter: Filter | null
  frame: TileFrame
  /** It is to be sent as it is, so it is compressed right away. */
  compressed: boolean
}

export type WorkerAsk =
  /** Columns are begun, given rows in the order of their fids, and finished. */
  | { kind: 'begin'; build: number; spec: BuildSpec; base: ValueStore | null }
  | { kind: 'rows'; build: number; batch: RowBatch }
  /** Rows as `record_send` writes them. */
  | { kind: 'records'; build: number; records: Uint8Array }
  | { kind: 'finish'; ask: number; build: number }
  | { kind: 'forget'; build: number }
  /** Columns are shared memory: what is sent is where they are. */
  | { kind: 'hold'; set: number; features: FeatureSet }
  | { kind: 'drop'; set: number }
  | { kind: 'cut'; ask: number; set: number; order: CutOrder }
  /** A finished tile, to be compressed. */
  | { kind: 'compress'; ask: number; plain: Uint8Array }
  /** Rows that are cut once and forgotten. */
  | { kind: 'cutRows'; ask: number; batch: RowBatch; build: BuildSpec; order: CutOrder }

export interface WorkerAnswer extends ThreadAnswer {
  /** Of a cut: the tile; null where it is empty. */
  mvt?: Uint8Array<ArrayBuffer> | null
  /** Whether `mvt` is compressed, by gzip. */
  compressed?: boolean
  reduced?: Reduced | null
  columns?: Columns
}
