/**
 * The thread that holds layers in memory and cuts tiles from them, so that the event loop never does. It answers
 * messages one after the other; what an index was told before its tiles are asked for is in them.
 */
import { parentPort } from 'node:worker_threads'
import type { Feature } from 'geojson'
import type { TileId } from '../lib/tile-id.ts'
import { buildIndex, cutTile, type IndexSpec, type LayerIndex } from './layer-index.ts'
import { type RowBatch, unpackRows } from './row-batch.ts'

export type WorkerAsk =
  | { kind: 'rows'; index: number; fields: string[]; batch: RowBatch }
  | { kind: 'build'; index: number; ask: number; spec: IndexSpec }
  | { kind: 'cut'; index: number; ask: number; tile: TileId }
  | { kind: 'drop'; index: number }

export interface WorkerAnswer {
  ask: number
  /** Of a cut: the tile; null where it is empty. */
  mvt?: Uint8Array | null
  /** What the index takes now, estimated. */
  bytes?: number
  error?: string
}

const port = parentPort!
const arriving = new Map<number, Feature[]>()
const indexes = new Map<number, LayerIndex>()

port.on('message', (message: WorkerAsk) => {
  switch (message.kind) {
    case 'rows': {
      const features = arriving.get(message.index) ?? []
      for (const feature of unpackRows(message.batch, message.fields)) features.push(feature)
      arriving.set(message.index, features)
      return
    }
    case 'build':
      return answer(message.ask, () => {
        const index = buildIndex(message.spec, arriving.get(message.index) ?? [])
        arriving.delete(message.index)
        indexes.set(message.index, index)
        return { bytes: index.bytes }
      })
    case 'cut':
      return answer(message.ask, () => {
        const index = indexes.get(message.index)
        if (!index) throw new Error('The index is not there.')
        return { mvt: cutTile(index, message.tile), bytes: index.bytes }
      })
    case 'drop':
      arriving.delete(message.index)
      indexes.delete(message.index)
  }
})

function answer(ask: number, work: () => Omit<WorkerAnswer, 'ask'>): void {
  let result: WorkerAnswer
  try {
    result = { ask, ...work() }
  } catch (error) {
    result = { ask, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  port.postMessage(result, result.mvt ? [result.mvt.buffer as ArrayBuffer] : [])
}
