import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { random } from '../seeding/random.ts'
import { type LoadResult, load } from './load.ts'
import { getMapPath, SCALES, shifted, type View, viewsOf } from './maps-requests.ts'
import { type BothServers, type MapBench, withBoth } from './maps-servers.ts'
import { LAYER_SETS } from './maps-styles.ts'
import { headersOf } from './tile-bench.ts'

/** Pictures a second of both servers, asked for the same ones. */
export interface MapFigure {
  layers: number
  clients: number
  /** Only pictures of this scale; undefined: of all in turn. */
  scale?: number
  yitu: number
  mapserver: number
  ratio: number
  /** Milliseconds. */
  p95: number
  mapserverP95: number
  /** Kilobytes a picture. */
  kilobytes: number
  mapserverKilobytes: number
  /** Answers of both that were no pictures, by status or type. */
  errors: Record<string, number>
}

/** In turn, so that whatever slows the machine slows both. */
const ROUNDS = 3
/** A picture of a round lies at most so much of its width beside that of another. */
const SHIFT = 0.1
/** Clients of the figures by scale. */
const CLIENTS_BY_SCALE = 4
/** The layer whose features are looked at. */
const CENTRE_LAYER = 'building-footprint'

/** Both servers have drawn the same ground before, but none of the pictures. */
export function measureMapsWarm(bench: MapBench): Promise<MapFigure[]> {
  return withBoth(bench, async servers => {
    const views = await centredViews(bench, 'warm')
    const figures: MapFigure[] = []
    for (const layers of bench.layerCounts) {
      await ask(servers, views, { layers, clients: CLIENTS_BY_SCALE })
      for (const clients of bench.clients) figures.push(await inRounds(servers, views, { layers, clients }))
      for (const scale of SCALES) {
        const these = views.filter(view => view.scale === scale)
        figures.push({ ...(await inRounds(servers, these, { layers, clients: CLIENTS_BY_SCALE })), scale })
      }
    }
    return figures
  })
}

/**
 * Both servers have just been started again, and each picture is asked for once. They were asked for the same before
 * they were ended, so that the database has read the ground, and who is asked first has no disadvantage.
 */
export const measureMapsCold = (bench: MapBench): Promise<MapFigure[]> =>
  forEachLoad(bench, 'cold', async (views, load) => {
    await withBoth(bench, servers => ask(servers, views, load))
    return withBoth(bench, servers => inRounds(servers, views, load, 1))
  })

/** As `measureMapsCold`, but ours was never started before: its folder is empty, and it reads every layer. */
export const measureMapsFirst = (bench: MapBench): Promise<MapFigure[]> =>
  forEachLoad(bench, 'first', async (views, load) => {
    await withBoth(bench, servers => ask(servers, views, load))
    const dataDir = await mkdtemp(join(bench.folder, 'first-'))
    return withBoth(bench, servers => inRounds(servers, views, load, 1), dataDir)
  })

async function forEachLoad(
  bench: MapBench,
  name: string,
  measure: (views: readonly View[], load: Load) => Promise<MapFigure>
): Promise<MapFigure[]> {
  const figures: MapFigure[] = []
  for (const layers of bench.layerCounts) {
    for (const clients of bench.clients) {
      const views = await centredViews(bench, `${name} ${layers} ${clients}`)
      figures.push(await measure(views, { layers, clients }))
    }
  }
  return figures
}

const centredViews = ({ db, catalog, requests }: MapBench, seed: string) =>
  viewsOf(db, catalog.get(CENTRE_LAYER), Math.ceil(requests / SCALES.length), seed)

const pathsOf = (views: readonly View[], layers: number) =>
  views.map(view => getMapPath(view, LAYER_SETS[layers] ?? []))

interface Load {
  layers: number
  clients: number
}

async function ask({ yitu, mapserver }: BothServers, views: readonly View[], { layers, clients }: Load) {
  const asked = { paths: pathsOf(views, layers), connections: clients, type: 'image/png' }
  const ours = await load({ ...asked, base: yitu.base, headers: headersOf(yitu) })
  const theirs = await load({ ...asked, base: mapserver.base })
  return { ours, theirs }
}

async function inRounds(
  servers: BothServers,
  views: readonly View[],
  asked: Load,
  rounds = ROUNDS
): Promise<MapFigure> {
  const next = random(`${asked.layers} ${asked.clients}`)
  const ours: LoadResult[] = []
  const theirs: LoadResult[] = []
  for (let i = 0; i < rounds; i++) {
    const these = rounds === 1 ? views : views.map(view => shifted(view, SHIFT, next))
    const found = await ask(servers, these, asked)
    ours.push(found.ours)
    theirs.push(found.theirs)
  }
  const [yitu, mapserver] = [perSecond(ours), perSecond(theirs)]
  return {
    ...asked,
    yitu: round(yitu),
    mapserver: round(mapserver),
    ratio: yitu / mapserver,
    p95: Math.max(...ours.map(({ latency }) => latency.p95)),
    mapserverP95: Math.max(...theirs.map(({ latency }) => latency.p95)),
    kilobytes: kilobytes(ours),
    mapserverKilobytes: kilobytes(theirs),
    errors: errorsOf([...ours, ...theirs])
  }
}

function errorsOf(results: readonly LoadResult[]): Record<string, number> {
  const errors: Record<string, number> = {}
  for (const [status, count] of results.flatMap(({ statuses }) => Object.entries(statuses)))
    if (status !== '200') errors[status] = (errors[status] ?? 0) + count
  return errors
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const perSecond = (results: readonly LoadResult[]): number =>
  sum(results.map(({ latency }) => latency.count)) / sum(results.map(({ seconds }) => seconds))

const kilobytes = (results: readonly LoadResult[]): number =>
  round(sum(results.map(({ bytes }) => bytes)) / sum(results.map(({ latency }) => latency.count)) / 1000)

const round = (value: number): number => Math.round(value * 10) / 10
