import { table } from './table.ts'
import type { ColdFigure, LoadFigure } from './tiles-cold.ts'
import type { EditFigure } from './tiles-edit.ts'
import type { ZoomFigure } from './tiles-low.ts'
import type { OverloadFigure } from './tiles-overload.ts'
import type { ReplayFigure } from './tiles-replay.ts'
import type { ValidFigure } from './tiles-valid.ts'
import type { WarmFigure } from './tiles-warm.ts'

/** What the tile benchmark found; parts that were not asked for are absent. */
export interface TileReport {
  machine: string
  database: string
  /** Features of the layers measured. */
  features: Record<string, number>
  seconds: number
  warm?: WarmFigure[]
  cold?: { figures: ColdFigure[]; loads: LoadFigure[] }
  low?: ZoomFigure[]
  replay?: ReplayFigure
  edit?: EditFigure | null
  overload?: OverloadFigure[]
  valid?: ValidFigure[]
}

const two = (value: number) => value.toFixed(2)

/** Prints a table a part. */
export function tellTiles(report: TileReport): void {
  console.log(`${report.machine}\n${report.database}; features: ${JSON.stringify(report.features)}\n`)
  if (report.warm) {
    const row = ({ tile, bytes, answer, connections, server, bare, ratio, p99, errors }: WarmFigure) => [
      tile,
      bytes,
      answer,
      connections,
      server,
      bare,
      two(ratio),
      p99,
      errors
    ]
    table(
      'Warm, and not modified: requests a second against a bare Fastify route sending the same bytes',
      ['tile', 'bytes', 'answer', 'connections', 'server', 'bare', 'ratio', 'p99 ms', 'errors'],
      report.warm.map(row)
    )
  }
  if (report.cold) {
    const row = (f: ColdFigure) => [
      f.layer,
      f.zoom,
      f.mode,
      f.coding,
      f.connections,
      f.tiles,
      f.server,
      f.sql,
      two(f.ratio),
      f.p95,
      f.kilobytes,
      f.errors
    ]
    table(
      'Cold, no cache: tiles a second against pgbench with the equivalent ST_AsMVT statement, all features (it compresses nothing: identity is the same work)',
      [
        'layer',
        'zoom',
        'source',
        'accepted',
        'connections',
        'tiles',
        'server',
        'pgbench',
        'ratio',
        'p95 ms',
        'kB',
        'errors'
      ],
      report.cold.figures.map(row)
    )
    table(
      'Reading a layer into memory, from the first request on',
      ['layer', 'seconds', 'MB before', 'MB after'],
      report.cold.loads.map(f => [f.layer, f.seconds, f.before, f.after])
    )
  }
  if (report.low) {
    const row = (f: ZoomFigure) => [f.layer, f.mode, f.zoom, f.tiles, f.reduced, f.kilobytes, f.slowest]
    table(
      'Zooms, no cache: the largest and the slowest tile',
      ['layer', 'source', 'zoom', 'tiles', 'reduced', 'kB', 'ms'],
      report.low.map(row)
    )
  }
  if (report.replay) tellReplay(report.replay)
  if (report.edit) tellEdit(report.edit)
  if (report.overload) {
    const row = (f: OverloadFigure) => [
      f.mode,
      f.capacity,
      f.offered,
      counts(f.heavy),
      f.unsent,
      f.idle.p95,
      f.loaded.p95,
      two(f.ratio),
      f.errors
    ]
    table(
      'Overload: one layer asked for a hundred times as often as it can be made; the other layers meanwhile',
      ['source', 'capacity/s', 'offered/s', 'answers', 'unsent', 'p95 idle', 'p95 loaded', 'ratio', 'errors'],
      report.overload.map(row)
    )
  }
  if (report.valid) {
    const row = (f: ValidFigure) => [f.mode, f.tiles, f.empty, f.reduced, f.faults, f.gdal, f.features]
    table(
      'Random tiles of all grids: read by three readers, compared with ST_AsMVT',
      ['source', 'tiles', 'empty', 'reduced', 'faults', 'GDAL', 'features it found'],
      report.valid.map(row)
    )
    for (const { mode, examples } of report.valid) for (const example of examples) console.log(`${mode}: ${example}`)
  }
}

function tellReplay({ tiles, connections, passes, rssAtStart }: ReplayFigure): void {
  table(
    `Replay: ${tiles} different tiles by the zooms of a busy map, ${connections} connections; ${rssAtStart} MB at the start`,
    ['pass', 'tiles/s', 'answers', 'errors', 'p50', 'p95', 'p99', 'max ms', 'MB after'],
    passes.map((p, i) => [
      i + 1,
      p.perSecond,
      counts(p.statuses),
      p.errors,
      p.latency.p50,
      p.latency.p95,
      p.latency.p99,
      p.latency.max,
      p.rss
    ])
  )
}

function tellEdit({ tile, seen, whole, unrelated, touched }: EditFigure): void {
  table(
    `Edit: one feature changed by upload, ${tile} of a second server`,
    ['', 'p50 ms', 'max ms', 'edits'],
    [
      ['after the upload ended', seen.p50, seen.max, seen.count],
      ['after it was sent', whole.p50, whole.max, whole.count]
    ]
  )
  console.log(`with the ETag of before: the changed tile ${counts(touched)}, tiles elsewhere ${counts(unrelated)}\n`)
}

const counts = (statuses: Record<string, number>): string =>
  Object.entries(statuses)
    .map(([status, count]) => `${count}×${status}`)
    .join(' ')
