/**
 * A thread that makes columns of rows, or cuts tiles from columns, so that the event loop never does. It answers
 * messages one after the other.
 */
import { parentPort } from 'node:worker_threads'
import { matcher } from '../../catalog/match-filter.ts'
import { textOf } from '../../lib/answer-asks.ts'
import { gzipHere } from '../codings.ts'
import { ColumnBuilder } from './column-builder.ts'
import type { FeatureSet } from './columns.ts'
import { cutTile } from './cut-tile.ts'
import type { Reduced } from './layer-writer.ts'
import type { CutOrder, WorkerAnswer, WorkerAsk } from './worker-messages.ts'

const port = parentPort!
const builders = new Map<number, ColumnBuilder>()
/** What a builder failed of: told when it is to be finished. */
const failures = new Map<number, unknown>()
const held = new Map<number, FeatureSet>()

port.on('message', (message: WorkerAsk) => {
  switch (message.kind) {
    case 'begin':
      builders.set(message.build, new ColumnBuilder(message.spec, message.base))
      return
    case 'rows':
      return add(message.build, builder => builder.add(message.batch))
    case 'records':
      return add(message.build, builder => builder.addRecords(message.records))
    case 'finish':
      return answer(message.ask, () => ({ columns: finish(message.build) }))
    case 'forget':
      builders.delete(message.build)
      failures.delete(message.build)
      return
    case 'hold':
      held.set(message.set, message.features)
      return
    case 'drop':
      held.delete(message.set)
      return
    case 'cut':
      return answer(message.ask, () => {
        const set = held.get(message.set)
        if (!set) throw new Error('The features are not there.')
        return cut(set, message.order)
      })
    case 'compress':
      return answer(message.ask, () => compress({ mvt: message.plain, reduced: null }))
    case 'cutRows':
      return answer(message.ask, () => {
        const builder = new ColumnBuilder(message.build)
        builder.add(message.batch)
        return cut({ base: builder.finish(), removed: null, added: null }, message.order)
      })
  }
})

function add(build: number, work: (builder: ColumnBuilder) => void): void {
  const builder = builders.get(build)
  if (!builder) return
  try {
    work(builder)
  } catch (error) {
    failures.set(build, error)
    builders.delete(build)
  }
}

function finish(build: number) {
  const builder = builders.get(build)
  builders.delete(build)
  if (!builder) throw failures.get(build) ?? new Error('The rows are not there.')
  return builder.finish()
}

function cut(set: FeatureSet, { spec, columns, filter, frame, compressed }: CutOrder) {
  const made = cutTile(set, spec, { columns, match: filter && matcher(filter) }, frame)
  return compressed ? compress(made) : made
}

/** Copied out of the buffers of the compressor, so that it may be handed over. */
function compress({ mvt, reduced }: { mvt: Uint8Array | null; reduced: Reduced | null }) {
  return mvt ? { mvt: new Uint8Array(gzipHere(mvt)), compressed: true, reduced } : { mvt, reduced }
}

function answer(ask: number, work: () => Omit<WorkerAnswer, 'ask'>): void {
  let result: WorkerAnswer
  try {
    result = { ask, ...work() }
  } catch (error) {
    result = { ask, error: textOf(error) }
  }
  port.postMessage(result, result.mvt ? [result.mvt.buffer] : [])
}
