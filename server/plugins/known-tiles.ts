import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import { VIEW_PARAMETERS } from '../tiles/parse-view.ts'
import type { ReadyTile } from '../tiles/tile-cache.ts'
import type { ZoomCounts } from '../tiles/tile-counts.ts'
import type { TileName } from '../tiles/tile-name.ts'
import type { TilePart } from '../tiles/tiles.ts'

/** A tile as it was once asked for and allowed: what it is called, and how it may be kept. */
export interface KnownTile {
  name: TileName
  parts: readonly TilePart[]
  /** `Cache-Control` */
  keep: string
  /** Of the catalogue it was named by. */
  catalogVersion: number
  count: ZoomCounts
}

/** What the request said who asks. */
export interface Credentials {
  authorization?: IncomingHttpHeaders['authorization']
  'x-api-key'?: IncomingHttpHeaders['x-api-key']
}

export interface Known extends KnownTile {
  credentials: Credentials
  /** How much was known of keys then. */
  keyKnowledge: number
  services: string[]
  /** The headers of the answer it had last, and of what: they are most of the work. */
  sent: { ready: ReadyTile; headers: string[] } | null
  unchanged: { etag: string; headers: string[] } | null
}

/** Addresses that are remembered, and by how many keys each. */
const REMEMBERED = 20_000
const ASKERS = 8
/** Views that are remembered, those of each zoom apart. */
const VIEWS = 5000

/** Requests for tiles as they were answered last, by their addresses and who asked. */
export class KnownTiles {
  readonly #byAddress = new LRUCache<string, Known[]>({ max: REMEMBERED })
  readonly #views = new LRUCache<string, true>({ max: VIEWS })

  remember(url: string, known: Known): void {
    this.#add(url, known)
    const view = viewOf(url)
    if (!view) return
    this.#add(view.kin, known)
    this.#views.set(view.whole, true)
  }

  find(url: string, asker: Credentials): Known | undefined {
    return this.#byAddress.get(url)?.find(known => isAskedBy(known, asker))
  }

  /** Another view of the same layers at the same zoom, where nobody asked for this one of late: it has no tiles. */
  findKin(url: string, asker: Credentials): Known | undefined {
    const view = viewOf(url)
    return view && !this.#views.has(view.whole) ? this.find(view.kin, asker) : undefined
  }

  #add(address: string, known: Known): void {
    const others = (this.#byAddress.get(address) ?? []).filter(other => !isAskedBy(other, known.credentials))
    this.#byAddress.set(address, [known, ...others.slice(0, ASKERS - 1)])
  }
}

const isAskedBy = ({ credentials }: Known, asker: Credentials): boolean =>
  credentials['x-api-key'] === asker['x-api-key'] && credentials.authorization === asker.authorization

const VIEW = new RegExp(`[?&](?:${VIEW_PARAMETERS.join('|')})=`)
/** A name's letters may be written so, too. */
const KEY_OR_ESCAPED = /[?&](?:key=|[^&=]*%)/

/**
 * Of a view's address all but the column and the row, and of that all but what it shows: `/tiles/{id}/{z}?…` and
 * `/tiles/{id}/{z}?`. Of one with a key there are none, as the key may be all that lets it in.
 */
function viewOf(url: string): { whole: string; kin: string } | undefined {
  const query = url.indexOf('?')
  if (query < 0 || !VIEW.test(url) || KEY_OR_ESCAPED.test(url)) return undefined
  const row = url.lastIndexOf('/', query)
  const column = url.lastIndexOf('/', row - 1)
  if (column <= 0) return undefined
  const kin = `${url.slice(0, column)}?`
  return { kin, whole: kin + url.slice(query + 1) }
}
