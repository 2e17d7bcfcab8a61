import type { Catalog } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import type { PastRevisions } from './past-revisions.ts'
import {
  AS_OF_FUTURE,
  AS_OF_MALFORMED,
  AS_OF_SEVERAL,
  AS_OF_UNPUBLISHED,
  asOfBeyond,
  asOfRefusal,
  withoutHistory
} from './view-problems.ts'

/** What an `asof` names: a revision, or all that was published by an instant. */
type AsOf = { revision: number } | { instant: string }

const DAY = /^\d{4}-\d\d-\d\d$/
/** A `+` that was not escaped in an address arrives as a space. */
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+ -]\d\d:\d\d)$/

/**
 * Reads `12`, `2026-01-31` (the end of that day in China) or `2026-01-31T08:00:00+08:00`.
 * @throws VIEW_AS_OF_REFUSED
 */
export function parseAsOf(text: string, now = Date.now()): AsOf {
  if (/^\d{1,9}$/.test(text)) return { revision: Number(text) }
  const [, local, zone] = INSTANT.exec(text) ?? []
  const isDay = DAY.test(text)
  const begin = new Date(isDay ? `${text}T00:00:00+08:00` : `${local}${zone?.replace(' ', '+')}`).getTime()
  // A day that its month does not have would otherwise be one of the next month.
  const day = text.slice(0, 10)
  const isReal = !Number.isNaN(begin) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  if (!isReal || (!isDay && !local)) throw asOfRefusal(text, AS_OF_MALFORMED)
  if (begin > now) throw asOfRefusal(text, AS_OF_FUTURE)
  return { instant: new Date(isDay ? begin + A_DAY - 1 : begin).toISOString() }
}

const A_DAY = 86_400_000

/**
 * The revision of each layer that an `asof` means; 0: it was not published then.
 * @throws VIEW_AS_OF_REFUSED, VIEW_WITHOUT_HISTORY for layers that show only what is now
 */
export async function findAsOf(
  text: string,
  layers: readonly Layer[],
  { catalog, past }: { catalog: Catalog; past: PastRevisions }
): Promise<number[]> {
  const asOf = parseAsOf(text)
  const timeless = layers.find(({ source, origin }) => source !== undefined && origin === 'file')
  if (timeless) throw withoutHistory({ id: timeless.id })
  if ('instant' in asOf) {
    return Promise.all(layers.map(({ id }) => past.at(id, asOf.instant, catalog.state(id).revision)))
  }
  const [layer] = layers
  if (layers.length > 1 || !layer) throw asOfRefusal(text, AS_OF_SEVERAL)
  const last = catalog.state(layer.id).revision
  if (asOf.revision >= 1 && asOf.revision <= last) return [asOf.revision]
  throw asOfRefusal(text, last === 0 ? AS_OF_UNPUBLISHED : asOfBeyond(last))
}
