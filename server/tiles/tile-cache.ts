import { LRUCache } from 'lru-cache'
import { strongEtag } from '../lib/etag.ts'
import type { ContentCoding } from '../lib/media-type.ts'
import { keyOf, type TileName } from './tile-name.ts'

/** A finished tile, ready to be sent. */
export interface ReadyTile {
  /** What it is: that of a later revision than was asked for, where one was published meanwhile. */
  key: string
  etag: string
  /** null: empty */
  bytes: Buffer | null
  coding: ContentCoding
  /** Some of its features are left out or put together, to keep it small. */
  reduced: boolean
  /** It is of an earlier revision, as that of the one asked for could not be made. */
  stale: boolean
}

/** A tile in the codings it was asked for so far; an empty one is all the same in every coding. */
export interface KeptTile {
  version: string
  codings: Partial<Record<ContentCoding, ReadyTile>>
}

const CODINGS: readonly ContentCoding[] = ['gzip', 'br', 'identity']

/** What an entry, and each of its codings, takes besides bytes and texts. */
const OVERHEAD = 400

/**
 * The process's one cache of finished tiles, bounded by bytes. It keeps one version of a tile: where that is not the
 * one asked for it is there to be sent when the other cannot be made.
 */
export class TileCache {
  readonly #kept: LRUCache<string, KeptTile> | undefined

  /** @param maxBytes 0: nothing is kept */
  constructor(maxBytes: number) {
    const sizeCalculation = (tile: KeptTile, address: string) => sizeOf(tile) + address.length
    this.#kept = maxBytes > 0 ? new LRUCache({ maxSize: maxBytes, sizeCalculation }) : undefined
  }

  get({ address, version }: TileName): KeptTile | undefined {
    const kept = this.#kept?.get(address)
    return kept?.version === version ? kept : undefined
  }

  /** The tile in whatever version it was last made. */
  latest(address: string): KeptTile | undefined {
    return this.#kept?.get(address)
  }

  keep({ address }: TileName, tile: KeptTile): void {
    this.#kept?.set(address, tile)
  }

  stats(): { tiles: number; bytes: number } {
    return { tiles: this.#kept?.size ?? 0, bytes: this.#kept?.calculatedSize ?? 0 }
  }
}

export interface Finished {
  bytes: Buffer | null
  coding: ContentCoding
  reduced: boolean
}

/** A finished tile under its name. */
export function keptTile(name: TileName, { bytes, coding, reduced }: Finished): KeptTile {
  const key = keyOf(name)
  const ready = (coding: ContentCoding): ReadyTile => ({
    key,
    etag: strongEtag(key, coding),
    bytes,
    coding,
    reduced,
    stale: false
  })
  const codings = bytes ? { [coding]: ready(coding) } : Object.fromEntries(CODINGS.map(each => [each, ready(each)]))
  return { version: name.version, codings }
}

/** The tile with one coding more. */
export function withCoding(tile: KeptTile, like: ReadyTile, bytes: Buffer, coding: ContentCoding): KeptTile {
  const added = { ...like, etag: strongEtag(like.key, coding), bytes, coding }
  return { ...tile, codings: { ...tile.codings, [coding]: added } }
}

/** The tile without its plain bytes, which are had of any other coding. */
export function withoutPlain({ version, codings: { identity: _, ...codings } }: KeptTile): KeptTile {
  return { version, codings }
}

/** Any coding of a tile that is there, those first that are undone fastest. */
export function anyCoding({ codings }: KeptTile): ReadyTile {
  return (codings.identity ?? codings.gzip ?? codings.br)!
}

function sizeOf({ codings }: KeptTile): number {
  return CODINGS.reduce((sum, coding) => {
    const ready = codings[coding]
    return ready ? sum + OVERHEAD + ready.key.length + (ready.bytes?.length ?? 0) : sum
  }, OVERHEAD)
}
