import { WEB_MERCATOR_QUAD } from '../../lib/tile-matrix.ts'
import type { ArchiveFile, Identity } from './archive-file.ts'
import type { MbtilesThread } from './mbtiles-thread.ts'
import { storedBounds, storedLayers } from './metadata.ts'

/**
 * Opens an MBTiles archive (MBTiles 1.3): rows from the south, vector tiles compressed by gzip as a rule.
 * @throws Error saying why it cannot be served
 */
export async function openMbtiles(thread: MbtilesThread, path: string, identity: Identity): Promise<ArchiveFile> {
  const { file, answer } = await thread.open(path)
  const { metadata = {}, zooms = { min: 0, max: -1 } } = answer
  const close = async () => void (await thread.ask({ kind: 'close', file }))
  if (metadata['format'] !== 'pbf') {
    await close()
    throw new Error('its tiles are not vector tiles (metadata "format" is not "pbf")')
  }
  const described = parse(metadata['json'])
  return {
    facts: {
      ...identity,
      grid: WEB_MERCATOR_QUAD.id,
      zoom: zooms,
      bounds: storedBounds((metadata['bounds'] ?? '').split(',').map(Number)),
      layers: storedLayers(described)
    },
    async tile({ z, x, y }) {
      const { tile } = await thread.ask({ kind: 'tile', file, z, x, y })
      if (!tile || tile.length === 0) return null
      const bytes = Buffer.from(tile.buffer, tile.byteOffset, tile.length)
      return { bytes, coding: isGzip(bytes) ? 'gzip' : 'identity' }
    },
    close
  }
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '{}')
  } catch {
    return {}
  }
}
