import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { mayRead } from '../access/roles.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { type CountName, SEVERAL, type TileCounts } from '../tiles/tile-counts.ts'
import type { TileStats } from '../tiles/tiles.ts'
import type { PicturesStats } from './pictures.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the process, its tiles and pictures have done, in the text format of Prometheus; layers named as the caller may see. */
    metrics(request: FastifyRequest): Promise<string>
  }
}

/** What became of requests for tiles: the values of the label `result`. */
const RESULTS = { hits: 'hit', misses: 'miss', coalesced: 'coalesced', unchanged: 'unchanged' } as const

const COUNTERS: Partial<Record<CountName, [name: string, help: string]>> = {
  stale: ['yitu_tile_stale_total', 'Tiles of an earlier revision sent as the present one could not be made'],
  bytes: ['yitu_tile_bytes_total', 'Bytes of tiles, as they were sent'],
  cuts: ['yitu_tile_cuts_total', "Layers' parts of tiles that were made"],
  seconds: ['yitu_tile_cut_seconds_total', 'Seconds it took to make them, waiting not counted'],
  refused: ['yitu_tile_refused_total', 'Parts for which there was no place, or not in time (503)'],
  failed: ['yitu_tile_failed_total', 'Parts that could not be made for another reason']
}

type Numbers<Stats> = Partial<Record<keyof Stats, [name: string, help: string]>>

const GAUGES: Numbers<TileStats> = {
  tiles: ['yitu_tile_cache_tiles', 'Finished tiles that are kept'],
  bytes: ['yitu_tile_cache_bytes', 'Bytes they take'],
  working: ['yitu_tile_queue_working', "Layers' parts of tiles that are being made"],
  waiting: ['yitu_tile_queue_waiting', 'Parts that wait to be made'],
  indexes: ['yitu_tile_indexes', 'Layers held in memory'],
  indexBytes: ['yitu_tile_index_bytes', 'Bytes they take'],
  builds: ['yitu_tile_index_builds', 'Layers read whole since the start']
}

const PICTURE_GAUGES: Numbers<PicturesStats> = {
  pictures: ['yitu_picture_queue', 'Pictures that were asked for and are not there yet'],
  drawing: ['yitu_picture_queue_drawing', 'Pictures that threads have before them'],
  waiting: ['yitu_picture_queue_waiting', 'Pictures that wait for a thread'],
  threads: ['yitu_picture_threads', 'Threads that draw'],
  tiles: ['yitu_picture_cache_tiles', 'Raster tiles that are kept'],
  bytes: ['yitu_picture_cache_bytes', 'Bytes they take']
}

const PICTURE_COUNTERS: Numbers<PicturesStats> = {
  drawn: ['yitu_picture_drawn_total', 'Pictures that were drawn; raster tiles drawn together count as one'],
  failed: ['yitu_picture_failed_total', 'Pictures that could not be drawn, or not in time'],
  seconds: ['yitu_picture_seconds_total', 'Seconds it took to draw them, waiting and tiles included'],
  drawnBytes: ['yitu_picture_drawn_bytes_total', 'Bytes of them'],
  hits: ['yitu_picture_tile_hits_total', 'Raster tiles that were there when they were asked for'],
  misses: ['yitu_picture_tile_misses_total', 'Raster tiles that had to be drawn']
}

/** Of what one may not see not even the name is told. */
const HIDDEN = '*'

/** `app.metrics`: numbers for those who run the server. */
export default fp(
  async app => {
    const ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
    app.addHook('onClose', async () => ofProcess.clear())
    app.decorate('metrics', async request => {
      const ofTiles = new Registry()
      addGauges(ofTiles, GAUGES, app.tiles.stats())
      const pictures = app.pictures.stats()
      addGauges(ofTiles, PICTURE_GAUGES, pictures)
      for (const [key, [name, help]] of numbers(PICTURE_COUNTERS))
        new Counter({ name, help, registers: [ofTiles] }).inc(pictures[key])
      addCounters(ofTiles, app.tiles.counts, subject => nameFor(app.catalog, request, subject))
      return `${await ofTiles.metrics()}\n${await ofProcess.metrics()}`
    })
  },
  { name: 'metrics', dependencies: ['access', 'catalog', 'tiles', 'pictures'] }
)

/** A layer's or map's id where the caller may see it. */
function nameFor(catalog: Catalog, { principal }: FastifyRequest, subject: string): string {
  const isVisible = (id: string) => {
    const layer = catalog.find(id)
    return layer !== undefined && mayRead(principal, layer)
  }
  const map = catalog.maps.get(subject)
  return subject === SEVERAL || isVisible(subject) || map?.layers.some(isVisible) ? subject : HIDDEN
}

function addGauges<Stats extends Record<keyof Stats, number>>(
  registry: Registry,
  gauges: Numbers<Stats>,
  stats: Stats
): void {
  for (const [key, [name, help]] of numbers(gauges)) new Gauge({ name, help, registers: [registry] }).set(stats[key])
}

const numbers = <Stats>(named: Numbers<Stats>) => Object.entries(named) as [keyof Stats, [name: string, help: string]][]

function addCounters(registry: Registry, counts: TileCounts, nameOf: (subject: string) => string): void {
  const labelNames = ['layer', 'zoom'] as const
  const requests = new Counter({
    name: 'yitu_tile_requests_total',
    help: 'Requests for tiles by what became of them',
    labelNames: [...labelNames, 'result'],
    registers: [registry]
  })
  const others = Object.entries(COUNTERS).map(
    ([key, [name, help]]) => [key as CountName, new Counter({ name, help, labelNames, registers: [registry] })] as const
  )
  for (const [subject, zoom, count] of counts.entries()) {
    const labels = { layer: nameOf(subject), zoom }
    for (const [key, result] of Object.entries(RESULTS)) {
      const value = count[key as CountName]
      if (value > 0) requests.inc({ ...labels, result }, value)
    }
    for (const [key, counter] of others) if (count[key] > 0) counter.inc(labels, count[key])
  }
}
