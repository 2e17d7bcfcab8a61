import { MOST_INSTANTS } from '../../features/history.ts'
import { type LayerDimension, warningOf } from './dimensions.ts'
import { readTime, writeInstant } from './iso-time.ts'
import { noDimension } from './problems.ts'
import type { Dimension } from './service.ts'

/**
 * Time as the layer's own history: a request gets what was published by then, as tiles do by `asof`. Of an interval its
 * end counts.
 * @param instants when its latest revisions were published, ascending
 */
export function historyDimension(layer: string, instants: readonly string[]): LayerDimension {
  const times = instants.map(text => Date.parse(text))
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0]
  const dimension: Dimension = {
    name: 'time',
    units: 'ISO8601',
    usual: writeInstant(last),
    several: false,
    nearest: true,
    current: true,
    extent:
      times.length < MOST_INSTANTS
        ? times.map(writeInstant).join(',')
        : `${writeInstant(first)}/${writeInstant(last)}/PT0S`
  }
  const choose = (value: string) => {
    const written = value.split('/').slice(0, 2).at(-1) ?? ''
    const span = readTime(written)
    const isCurrent = written.toLowerCase() === 'current'
    if ((!span && !isCurrent) || (span && span[1] < first)) throw noDimension(layer, 'time', value, expected(dimension))
    const asked = span ? span[1] : last
    const found = times.findLast(time => time <= asked) ?? first
    // The present state is that of every other request, and known already.
    const query = found === last ? {} : { asof: new Date(found).toISOString() }
    const isExact = isCurrent || (span![0] <= found && value === written)
    return isExact ? { query } : { query, warning: warningOf('Nearest', dimension, writeInstant(found)) }
  }
  return { dimension, choose }
}

const expected = ({ extent }: Dimension) => {
  const from = extent.split(/[,/]/, 1)[0]
  return { zh: `应为 ${from} 或以后的 ISO 8601 时间`, en: `it must be an ISO 8601 time, ${from} or later` }
}
