import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Layer } from '../../server/catalog/layer.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { describe } from '../../server/tiles/archive/describe.ts'
import type { Export } from '../../server/tiles/archive/export.ts'
import type { ReadyTile } from '../../server/tiles/tile-cache.ts'
import { tileJson } from '../../server/tiles/tilejson.ts'
import type { TileRequest, Tiles } from '../../server/tiles/tiles.ts'
import { testLayer } from './fixture.ts'

export const layer = testLayer('tile-stored', { zoom: { min: 0, max: 16 } })
export const BBOX = [112.9, 22.9, 113.3, 23.2] as const
export const ZOOMS = { min: 0, max: 15 }

/** What the engine would answer, without a database: most tiles differ, some are alike, some empty. */
export function tileBytes({ z, x, y }: { z: number; x: number; y: number }): Buffer | null {
  const kind = createHash('sha256').update(`${z}/${x}/${y}`).digest()[0]!
  if (kind < 40) return null
  return gzipSync(kind < 100 ? `water ${z}` : `tile ${z}/${x}/${y} ${'.'.repeat(kind)}`)
}

export const key = ({ members, grid, tile: { z, x, y } }: Pick<TileRequest, 'members' | 'grid' | 'tile'>): string =>
  `${members.map(({ layer, revision, view }) => `${layer.id}@${view?.asOfRevision ?? revision}`)}/${grid.id}/${z}/${x}/${y}`

export const readyTile = (key: string, bytes: Buffer | null): ReadyTile => ({
  key,
  etag: `"${key}"`,
  bytes,
  coding: 'gzip',
  reduced: false,
  stale: false
})

/** An engine that answers `tileBytes`. */
export function fakeTiles(get: (request: TileRequest) => Promise<Buffer | null>): Tiles {
  return {
    key,
    get: async request => readyTile(key(request), await get(request))
  } as Tiles
}

export function exportOf(file: string, more: Partial<Export> = {}): Export {
  const document = tileJson(
    {
      title: layer.title,
      members: [
        {
          layer,
          revision: 3,
          featureCount: 1,
          bounds: [...BBOX],
          contentHash: '',
          updatedAt: null
        }
      ],
      grid: WEB_MERCATOR_QUAD,
      tilesUrl: '',
      attribution: [],
      extent: BBOX
    },
    'zh'
  )
  return {
    tiles: fakeTiles(async ({ tile }) => tileBytes(tile)),
    members: [{ layer, revision: 3 }],
    grid: WEB_MERCATOR_QUAD,
    bbox: BBOX,
    zooms: ZOOMS,
    file,
    describe: plan => describe(document, WEB_MERCATOR_QUAD, plan),
    ahead: 8,
    signal: new AbortController().signal,
    ...more
  }
}

type Sqlite = typeof import('node-sqlite3-wasm')

/** Writes an MBTiles file as another program would: rows counted from the south. */
export function writeMbtiles(
  path: string,
  metadata: Record<string, string>,
  tiles: { z: number; x: number; y: number; bytes: Buffer }[]
): void {
  const { Database } = createRequire(import.meta.url)('node-sqlite3-wasm') as Sqlite
  const db = new Database(path)
  db.exec('CREATE TABLE metadata (name text, value text)')
  db.exec('CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)')
  for (const [name, value] of Object.entries(metadata)) db.run('INSERT INTO metadata VALUES (?, ?)', [name, value])
  for (const { z, x, y, bytes } of tiles) db.run('INSERT INTO tiles VALUES (?, ?, ?, ?)', [z, x, 2 ** z - 1 - y, bytes])
  db.close()
}

/** layers/ and styles/ with these layers, in a folder. @returns the settings that name them */
export async function writeCatalogue(folder: string, layers: readonly Layer[]): Promise<Record<string, string>> {
  const write = async (file: string, content: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), JSON.stringify(content))
  }
  const title = { zh: '区', en: 'District' }
  await write('layers/district.json', { code: '440605000000', title, extent: BBOX, workingCrs: 'EPSG:4547' })
  await write('layers/themes.json', [{ id: 'planning', title }])
  await write('layers/departments.json', [{ id: 'natural-resources', title }])
  await mkdir(join(folder, 'layers/codelists'), { recursive: true })
  for (const { id, theme, origin: _origin, style, ...definition } of layers) {
    await write(`layers/${theme}/${id}.json`, definition)
    await write(`styles/layers/${theme}/${id}.json`, style)
  }
  return { LAYERS_DIR: join(folder, 'layers'), STYLES_DIR: join(folder, 'styles'), DATA_DIR: folder }
}
