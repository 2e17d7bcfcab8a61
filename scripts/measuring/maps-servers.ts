import { cp, mkdir, mkdtemp, readdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalog } from '../../server/catalog/catalog.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { fontList, mapfile } from './maps-mapfile.ts'
import { PLAIN_STYLES, toStyleLayers } from './maps-styles.ts'
import { type MapServer, startMapServer } from './mapserver.ts'
import { type OwnServer, startServer } from './own-server.ts'

/** What every part of the benchmark of maps works with. */
export interface MapBench {
  db: Database
  databaseUrl: string
  catalog: Catalog
  /** Pictures asked for at once by one figure. */
  requests: number
  layerCounts: readonly number[]
  clients: readonly number[]
  /** MapServer processes. */
  processes: number
  /** The styles of the layers and maps, those measured drawn plainly. */
  stylesDir: string
  folder: string
}

/** Copies the styles, and draws the layers that are measured plainly. */
export async function writePlainStyles(catalog: Catalog, from: string, to: string): Promise<void> {
  // A link would be copied as one, and what is written below would change what it leads to.
  await cp(await realpath(from), to, { recursive: true, dereference: true })
  const files = await readdir(join(to, 'layers'), { recursive: true })
  for (const style of PLAIN_STYLES) {
    const file = files.find(path => path.endsWith(`/${style.layer}.json`)) ?? `${style.layer}.json`
    await mkdir(join(to, 'layers', file, '..'), { recursive: true })
    await writeFile(join(to, 'layers', file), JSON.stringify(toStyleLayers(style, catalog.get(style.layer).zoom.min)))
  }
}

export const measuredLayers = (catalog: Catalog): Layer[] => PLAIN_STYLES.map(({ layer }) => catalog.get(layer))

export interface BothServers {
  yitu: OwnServer
  mapserver: MapServer
}

/**
 * Starts both servers anew, runs the work and stops them.
 * @param dataDir of ours; default: the one of all runs, where it finds what it kept on disk
 */
export async function withBoth<T>(
  bench: MapBench,
  work: (servers: BothServers) => Promise<T>,
  dataDir = bench.folder
): Promise<T> {
  const { databaseUrl, folder, stylesDir, processes } = bench
  const place = await mkdtemp(join(folder, 'mapserver-'))
  const text = mapfile(measuredLayers(bench.catalog), PLAIN_STYLES, {
    databaseUrl,
    fontsFile: join(place, 'fonts.list')
  })
  const mapserver = await startMapServer({ mapfile: text, fonts: fontList() }, { folder: place, processes })
  try {
    const yitu = await startServer({ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, STYLES_DIR: stylesDir })
    try {
      return await work({ yitu, mapserver })
    } finally {
      await yitu.stop()
    }
  } finally {
    await mapserver.stop()
  }
}
