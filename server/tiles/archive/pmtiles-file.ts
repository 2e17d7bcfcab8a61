import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'
import {
  Compression,
  type Entry,
  findTile,
  type Header,
  ResolvedValueCache,
  type Source,
  TileType,
  zxyToTileId
} from 'pmtiles'
import type { TileId } from '../../lib/tile-id.ts'
import { type ArchiveFile, type Identity, MAX_TILE_BYTES, readAt, type StoredTile } from './archive-file.ts'
import { storedBounds, storedGrid, storedLayers } from './metadata.ts'
import { picturesLike } from './pictures.ts'

/** Directories kept of one archive, a quarter of a megabyte each at most as a rule. */
const DIRECTORIES = 64
/** Leaves below leaves; writers make one level. */
const DEEPEST = 4

const CODINGS: Partial<Record<Compression, StoredTile['coding']>> = {
  [Compression.None]: 'identity',
  [Compression.Gzip]: 'gzip',
  [Compression.Brotli]: 'br'
}

const TILE_TYPES = [TileType.Mvt, TileType.Png, TileType.Jpeg, TileType.Webp]

/** Where in the file. */
interface Place {
  offset: number
  length: number
}

/**
 * Opens a PMTiles archive of version 3. Its tiles are handed out as they are stored.
 * @throws Error saying why it cannot be served
 */
export async function openPmtiles(path: string, identity: Identity): Promise<ArchiveFile> {
  const file = await open(path, 'r')
  try {
    return await read(file, identity)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function read(file: FileHandle, identity: Identity): Promise<ArchiveFile> {
  const directories = new ResolvedValueCache(DIRECTORIES, true, decompress)
  const source: Source = {
    getKey: () => identity.identity,
    getBytes: async (offset, length) => ({ data: own(await readAt(file, offset, length)) })
  }
  const header = await directories.getHeader(source)
  if (!TILE_TYPES.includes(header.tileType))
    throw new Error('its tiles are neither vector tiles (MVT) nor PNG, JPEG or WebP')
  const coding = CODINGS[header.tileCompression]
  if (!coding) throw new Error('its tiles are compressed by something else than gzip or brotli')
  const json = await readAt(file, header.jsonMetadataOffset, header.jsonMetadataLength)
  const metadata: unknown = JSON.parse(Buffer.from(await decompress(own(json), header.internalCompression)).toString())

  const readTile = async ({ offset, length }: Place): Promise<StoredTile> => {
    const bytes = await readAt(file, offset, length)
    if (bytes.length < length) throw new Error('the archive ends in the middle of a tile')
    return { bytes, coding }
  }
  const isVector = header.tileType === TileType.Mvt
  return {
    facts: {
      ...identity,
      grid: storedGrid(metadata),
      zoom: { min: header.minZoom, max: header.maxZoom },
      bounds: storedBounds([header.minLon, header.minLat, header.maxLon, header.maxLat]),
      layers: storedLayers(metadata),
      ...(!isVector && { pictures: await picturesLike(await readTile(await first(directories, source, header))) })
    },
    async tile(tile) {
      const place = await find(directories, source, header, tile)
      return place && readTile(place)
    },
    close: () => file.close()
  }
}

/** Where a tile's bytes are: from the root down the leaves. */
async function find(
  directories: ResolvedValueCache,
  source: Source,
  header: Header,
  { z, x, y }: TileId
): Promise<Place | null> {
  if (z < header.minZoom || z > header.maxZoom) return null
  return descend(directories, source, header, entries => findTile(entries, zxyToTileId(z, x, y)))
}

/** Where the first of all tiles is. */
async function first(directories: ResolvedValueCache, source: Source, header: Header): Promise<Place> {
  const found = await descend(directories, source, header, ([entry]) => entry ?? null)
  if (!found) throw new Error('it has no tiles')
  return found
}

async function descend(
  directories: ResolvedValueCache,
  source: Source,
  header: Header,
  choose: (entries: Entry[]) => Entry | null
): Promise<Place | null> {
  let [offset, length] = [header.rootDirectoryOffset, header.rootDirectoryLength]
  for (let depth = 0; depth < DEEPEST; depth++) {
    const entry = choose(await directories.getDirectory(source, offset, length, header))
    if (!entry) return null
    if (entry.runLength > 0) return { offset: header.tileDataOffset + entry.offset, length: entry.length }
    offset = header.leafDirectoryOffset + entry.offset
    length = entry.length
  }
  throw new Error('its directories lie too deep')
}

const inflate = promisify(gunzip)
const inflateBrotli = promisify(brotliDecompress)

async function decompress(data: ArrayBuffer, compression: Compression): Promise<ArrayBuffer> {
  const limit = { maxOutputLength: MAX_TILE_BYTES }
  if (compression === Compression.None) return data
  if (compression === Compression.Gzip) return own(await inflate(new Uint8Array(data), limit))
  if (compression === Compression.Brotli) return own(await inflateBrotli(new Uint8Array(data), limit))
  throw new Error('its directories are compressed by something else than gzip or brotli')
}

/** The bytes alone, whatever lies around them in memory. */
const own = ({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
