import type { LikenessFigure } from './maps-likeness.ts'
import type { MapFigure } from './maps-throughput.ts'
import { table } from './table.ts'

/** What the benchmark of maps found; parts that were not asked for are absent. */
export interface MapReport {
  machine: string
  database: string
  mapserver: string
  /** Features of the layers measured. */
  features: Record<string, number>
  requests: number
  likeness?: LikenessFigure[]
  warm?: MapFigure[]
  cold?: MapFigure[]
  first?: MapFigure[]
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`

/** Prints a table a part. */
export function tellMaps(report: MapReport): void {
  const { machine, database, mapserver, features, requests } = report
  console.log(`${machine}\n${database}; ${mapserver}; features: ${JSON.stringify(features)}\n`)
  if (report.likeness)
    table(
      'Likeness: pixels that MapServer has no like of, itself or beside it',
      ['layers', 'scale 1:', 'pictures', 'mean', 'worst'],
      report.likeness.map(f => [f.layers, f.scale, f.pictures, percent(f.share), percent(f.worst)])
    )
  const warm = `Warm: pictures a second of 512 × 512 pixels, ${requests} at a time, of ground that was drawn before`
  const cold = 'Cold: both servers just started again, each picture asked for once'
  const first = 'First: as cold, but ours starts for the first time, in an empty folder'
  if (report.warm) tellFigures(warm, report.warm)
  if (report.cold) tellFigures(cold, report.cold)
  if (report.first) tellFigures(first, report.first)
}

function tellFigures(title: string, figures: readonly MapFigure[]): void {
  const row = (f: MapFigure) => [
    f.layers,
    f.clients,
    f.scale ?? 'all',
    f.yitu,
    f.mapserver,
    f.ratio.toFixed(2),
    f.p95,
    f.mapserverP95,
    f.kilobytes,
    f.mapserverKilobytes,
    Object.entries(f.errors)
      .map(([status, count]) => `${count}×${status}`)
      .join(' ')
  ]
  table(
    title,
    ['layers', 'clients', 'scale 1:', 'yitu/s', 'MapServer/s', 'ratio', 'p95 ms', 'its p95', 'kB', 'its kB', 'errors'],
    figures.map(row)
  )
}
