import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'
import { Compression, findTile, type Header, ResolvedValueCache, type Source, TileType, zxyToTileId } from 'pmtiles'
import type { TileId } from '../../lib/tile-id.ts'
import { type ArchiveFile, type Identity, MAX_TILE_BYTES, readAt, type StoredTile } from './archive-file.ts'
import { storedBounds, storedGrid, storedLayers } from './metadata.ts'

/** Directories kept of one archive, a quarter of a megabyte each at most as a rule. */
const DIRECTORIES = 64
/** Leaves below leaves; writers make one level. */
const DEEPEST = 4

const CODINGS: Partial<Record<Compression, StoredTile['coding']>> = {
  [Compression.None]: 'identity',
  [Compression.Gzip]: 'gzip',
  [Compression.Brotli]: 'br'
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
  if (header.tileType !== TileType.Mvt) throw new Error('its tiles are not vector tiles (MVT)')
  const coding = CODINGS[header.tileCompression]
  if (!coding) throw new Error('its tiles are compressed by something else than gzip or brotli')
  const json = await readAt(file, header.jsonMetadataOffset, header.jsonMetadataLength)
  const metadata: unknown = JSON.parse(Buffer.from(await decompress(own(json), header.internalCompression)).toString())

  return {
    facts: {
      ...identity,
      grid: storedGrid(metadata),
      zoom: { min: header.minZoom, max: header.maxZoom },
      bounds: storedBounds([header.minLon, header.minLat, header.maxLon, header.maxLat]),
      layers: storedLayers(metadata)
    },
    async tile(tile) {
      const place = await find(directories, source, header, tile)
      if (!place) return null
      const bytes = await readAt(file, place.offset, place.length)
      if (bytes.length < place.length)
        throw new Error(`the archive ends in the middle of ${tile.z}/${tile.x}/${tile.y}`)
      return { bytes, coding }
    },
    close: () => file.close()
  }
}

/** Where a tile's bytes are: from the root down the leaves. */
async function find(directories: ResolvedValueCache, source: Source, header: Header, { z, x, y }: TileId) {
  if (z < header.minZoom || z > header.maxZoom) return null
  const number = zxyToTileId(z, x, y)
  let [offset, length] = [header.rootDirectoryOffset, header.rootDirectoryLength]
  for (let depth = 0; depth < DEEPEST; depth++) {
    const entry = findTile(await directories.getDirectory(source, offset, length, header), number)
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
