import { setTimeout as wait } from 'node:timers/promises'
import proj4 from 'proj4'
import type { Client } from './client.ts'
import { residentMB } from './own-server.ts'
import type { Drawn } from './parcels.ts'
import { type Summary, summarize } from './quantile.ts'

export interface SoakOptions {
  parcels: Drawn[]
  ruleset: string
  /** Of the server, whose memory is watched; 0: unknown. */
  pid: number
  /** Requests a second. */
  rate: number
}

export interface SoakReport {
  requests: number
  errors: string[]
  /** Requests that were due while too many were under way. */
  late: number
  periods: (Summary & { minute: number; residentMB?: number })[]
  kinds: Record<string, Summary>
  /** The slope is that of a straight line through the second half of the run. */
  memory?: { startMB: number; endMB: number; peakMB: number; slopeMBPerHour: number }
}

const MOST_UNDER_WAY = 64
const PERIOD_MS = 5 * 60_000
const toDegrees = proj4(
  '+proj=tmerc +lon_0=114 +x_0=500000 +a=6378137 +rf=298.257222101 +units=m',
  '+proj=longlat +a=6378137 +rf=298.257222101'
)

/** What is asked in turn: of twenty requests so many of each. */
const MIX = [
  'wkt',
  'wkt',
  'geojson',
  'wkt',
  'txt',
  'get',
  'wkt',
  'vertices',
  'wkt',
  'refused',
  'wkt',
  'zone',
  'get',
  'geojson',
  'wkt',
  'report',
  'txt',
  'wkt',
  'get',
  'pdf'
] as const
type Kind = (typeof MIX)[number]

/** Asks at a constant rate and keeps what was wrong, how long it took and how the server's memory went. */
export class Soak {
  readonly #client: Client
  readonly #options: SoakOptions
  readonly #times: { at: number; ms: number; kind: Kind }[] = []
  readonly #memory: { at: number; mb: number }[] = []
  readonly #errors: string[] = []
  /** By parcel: the first answer's hash; kept ids with their bodies' sizes. */
  readonly #hashes = new Map<number, string>()
  readonly #kept: { id: string; hash: string }[] = []
  #underWay = 0
  #late = 0
  #sent = 0

  constructor(client: Client, options: SoakOptions) {
    this.#client = client
    this.#options = options
  }

  async run(milliseconds: number, tell: (line: string) => void): Promise<SoakReport> {
    const started = performance.now()
    const waiting = new Set<Promise<void>>()
    let told = 0
    for (let n = 0; ; n++) {
      const due = (n * 1000) / this.#options.rate
      if (due >= milliseconds) break
      const early = due - (performance.now() - started)
      if (early > 0) await wait(early)
      const at = performance.now() - started
      if (n % (this.#options.rate * 10) === 0) await this.#weigh(at)
      for (; at > (told + 1) * PERIOD_MS; told++) tell(this.#line(told))
      if (this.#underWay >= MOST_UNDER_WAY) {
        this.#late++
        continue
      }
      const one = this.#one(n, at).finally(() => waiting.delete(one))
      waiting.add(one)
    }
    await Promise.all(waiting)
    await this.#weigh(performance.now() - started)
    for (; told * PERIOD_MS < milliseconds; told++) tell(this.#line(told))
    return this.#report(told)
  }

  async #one(n: number, at: number): Promise<void> {
    const kind = MIX[n % MIX.length]!
    this.#underWay++
    this.#sent++
    const started = performance.now()
    try {
      const wrong = await this.#ask(kind, n)
      if (wrong) this.#errors.push(`request ${n} (${kind}): ${wrong}`)
    } catch (error) {
      this.#errors.push(`request ${n} (${kind}): ${error instanceof Error ? error.message : error}`)
    } finally {
      this.#underWay--
      this.#times.push({ at, ms: performance.now() - started, kind })
    }
  }

  /** What is wrong with the answer; undefined: nothing. */
  async #ask(kind: Kind, n: number): Promise<string | undefined> {
    const kept = this.#kept[n % Math.max(1, this.#kept.length)]
    if (kind === 'get' || kind === 'report' || kind === 'pdf') {
      if (!kept) return
      const path = { get: '', report: '/report.html', pdf: '/report.pdf' }[kind]
      const { status, body } = await this.#client.ask(`/api/land-checks/${kept.id}${path}`)
      if (status !== 200) return `answered ${status}`
      if (kind === 'get' && JSON.parse(body.toString()).provenance.resultHash !== kept.hash)
        return 'another result hash'
      return
    }
    const place = Math.floor((n * 7919) / 2) % this.#options.parcels.length
    const { status, body } = await this.#client.ask('/api/land-checks', this.#question(kind, place))
    if (kind === 'refused' || kind === 'zone') return status === 422 ? undefined : `answered ${status}, expected 422`
    if (status !== 201) return `answered ${status}: ${body.toString().slice(0, 200)}`
    const { id, provenance } = JSON.parse(body.toString())
    const first = this.#hashes.get(place)
    if (first === undefined) this.#hashes.set(place, provenance.resultHash)
    else if (first !== provenance.resultHash) return `parcel ${place} had result ${first}, now ${provenance.resultHash}`
    if (this.#kept.length < 1000) this.#kept.push({ id, hash: provenance.resultHash })
    return
  }

  #question(kind: Kind, place: number): object {
    const { wkt } = this.#options.parcels[place]!
    const points = [...wkt.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, east, north]) => ({ east: east!, north: north! }))
    const common = {
      ruleset: this.#options.ruleset,
      applicationType: 'new',
      terrainClass: 'plain',
      household: { pseudonym: 'soak' }
    }
    switch (kind) {
      case 'geojson': {
        const ring = points.map(({ east, north }) =>
          toDegrees.forward([Number(east), Number(north)]).map(c => Number(c.toFixed(12)))
        )
        return { geojson: { type: 'Polygon', coordinates: [ring] }, ...common }
      }
      case 'vertices':
        return {
          vertices: points.slice(0, -1).map(({ east, north }) => [Number(east), Number(north)]),
          crs: 'EPSG:4547',
          ...common
        }
      case 'txt':
        return { txt: txtOf(points), ...common }
      case 'refused':
        return { wkt, ...common }
      case 'zone':
        return { wkt, crs: 'EPSG:4526', ...common }
      default:
        return { wkt, crs: 'EPSG:4547', ...common }
    }
  }

  async #weigh(at: number): Promise<void> {
    const mb = this.#options.pid ? await residentMB(this.#options.pid) : undefined
    if (mb !== undefined) this.#memory.push({ at, mb })
  }

  #period(n: number) {
    const inside = ({ at }: { at: number }) => at >= n * PERIOD_MS && at < (n + 1) * PERIOD_MS
    const mb = this.#memory.filter(inside).at(-1)?.mb
    return {
      minute: n * 5,
      ...summarize(this.#times.filter(inside).map(({ ms }) => ms)),
      ...(mb && { residentMB: mb })
    }
  }

  #line(n: number): string {
    const { minute, count, p50, p95, p99, residentMB: mb } = this.#period(n)
    return `minute ${String(minute).padStart(3)}: ${count} requests  p50 ${p50}  p95 ${p95}  p99 ${p99} ms  ${mb ?? '?'} MB  ${this.#errors.length} wrong so far`
  }

  #report(periods: number): SoakReport {
    const kinds = Object.fromEntries(
      [...new Set(MIX)].map(kind => [
        kind,
        summarize(this.#times.filter(time => time.kind === kind).map(({ ms }) => ms))
      ])
    )
    const sizes = this.#memory.map(({ mb }) => mb)
    const half = this.#memory.slice(Math.floor(this.#memory.length / 2))
    return {
      requests: this.#sent,
      errors: this.#errors,
      late: this.#late,
      periods: Array.from({ length: periods }, (_, n) => this.#period(n)),
      kinds,
      ...(sizes.length > 1 && {
        memory: { startMB: sizes[0]!, endMB: sizes.at(-1)!, peakMB: Math.max(...sizes), slopeMBPerHour: slope(half) }
      })
    }
  }
}

/** Least squares, MB an hour. */
function slope(points: { at: number; mb: number }[]): number {
  const mean = (of: (point: { at: number; mb: number }) => number) =>
    points.reduce((sum, p) => sum + of(p), 0) / points.length
  const [x, y] = [mean(p => p.at), mean(p => p.mb)]
  const rise = mean(p => (p.at - x) * (p.mb - y)) / mean(p => (p.at - x) ** 2)
  return Math.round(rise * 3_600_000 * 10) / 10
}

function txtOf(points: { east: string; north: string }[]): string {
  const lines = points.map(({ east, north }, i) => `J${i === points.length - 1 ? 1 : i + 1},1,${north},38${east}`)
  return `[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
${points.length},0.0120,1,地块1,面,,农村宅基地,0702,@
${lines.join('\n')}
`
}
