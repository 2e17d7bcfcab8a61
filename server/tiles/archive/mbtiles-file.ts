import type { StoredPictures } from '../../catalog/layer.ts'
import { WEB_MERCATOR_QUAD } from '../../lib/tile-matrix.ts'
import type { ArchiveFile, Identity, StoredTile } from './archive-file.ts'
import type { MbtilesThread } from './mbtiles-thread.ts'
import { storedBounds, storedLayers } from './metadata.ts'
import { picturesLike } from './pictures.ts'

/**
 * Opens an MBTiles archive (MBTiles 1.3): rows from the south, vector tiles compressed by gzip as a rule.
 * @throws Error saying why it cannot be served
 */
export async function openMbtiles(thread: MbtilesThread, path: string, identity: Identity): Promise<ArchiveFile> {
  const { file, answer } = await thread.open(path)
  const { metadata = {}, zooms = { min: 0, max: -1 } } = answer
  const close = async () => void (await thread.ask({ kind: 'close', file }))
  const isVector = metadata['format'] === 'pbf'
  if (!isVector && !PICTURES.includes(metadata['format'] ?? '')) {
    await close()
    throw new Error('its tiles are neither vector tiles nor pictures (metadata "format" is not pbf, png, jpg or webp)')
  }
  const pictures = isVector
    ? undefined
    : await picturesOf(answer.tile).catch(error => close().then(() => Promise.reject(error)))
  const described = parse(metadata['json'])
  return {
    facts: {
      ...identity,
      grid: WEB_MERCATOR_QUAD.id,
      zoom: zooms,
      bounds: storedBounds((metadata['bounds'] ?? '').split(',').map(Number)),
      layers: storedLayers(described),
      ...(pictures && { pictures })
    },
    async tile({ z, x, y }) {
      const { tile } = await thread.ask({ kind: 'tile', file, z, x, y })
      return tile && tile.length > 0 ? asStored(tile) : null
    },
    close
  }
}

/** What `format` says of pictures; `jpeg` is written by some. */
const PICTURES = ['png', 'jpg', 'jpeg', 'webp']

async function picturesOf(first: Uint8Array<ArrayBuffer> | null | undefined): Promise<StoredPictures> {
  if (!first) throw new Error('it has no tiles')
  return picturesLike(asStored(first))
}

function asStored({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): StoredTile {
  const bytes = Buffer.from(buffer, byteOffset, length)
  return { bytes, coding: isGzip(bytes) ? 'gzip' : 'identity' }
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '{}')
  } catch {
    return {}
  }
}
