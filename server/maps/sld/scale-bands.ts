import type { StyleLayer } from '../../catalog/layer.ts'
import { partsOf, readsZoom } from './expression-tree.ts'

/** A range of zooms in which all is drawn alike, with the values of `at`. */
export interface Band {
  minzoom: number
  maxzoom: number
  at: number
}

const DEEPEST = 24
/** How finely zooms are looked at, and by which share a value may change within a band. */
const STEP = 0.25
const CHANGE = 0.35

/**
 * Cuts the zooms of a style layer into bands, as SLD knows no values that change with the scale.
 * @param probe all values at a zoom; numbers may differ a little within a band, everything else may not
 */
export function scaleBands(item: StyleLayer, probe: (zoom: number) => unknown[]): Band[] {
  const { minzoom = 0, maxzoom = DEEPEST } = item
  const edges = [minzoom, ...fixedEdges(item).filter(zoom => zoom > minzoom && zoom < maxzoom), maxzoom]
  return edges.slice(1).flatMap((to, i) => cut(edges[i]!, to, probe))
}

function cut(from: number, to: number, probe: (zoom: number) => unknown[]): Band[] {
  const bands: Band[] = []
  let [start, atStart] = [from, probe(from)]
  for (let zoom = from + STEP; zoom < to; zoom += STEP) {
    const now = probe(zoom)
    if (now.every((value, i) => isNear(value, atStart[i]))) continue
    bands.push(band(start, zoom))
    start = zoom
    atStart = now
  }
  return [...bands, { minzoom: start, maxzoom: to, at: start + Math.min((to - start) / 2, 1) }]
}

const band = (minzoom: number, maxzoom: number): Band => ({ minzoom, maxzoom, at: (minzoom + maxzoom) / 2 })

function isNear(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return JSON.stringify(a) === JSON.stringify(b)
  return Math.abs(a - b) <= Math.max(CHANGE * Math.max(Math.abs(a), Math.abs(b)), 0.05)
}

/** Zooms at which something changes all at once. */
function fixedEdges({ filter, layout, paint }: StyleLayer): number[] {
  const all = [filter, ...Object.values(layout ?? {}), ...Object.values(paint ?? {})]
  const found = [...partsOf(...all)].flatMap(([operator, ...rest]) => {
    if (operator === 'step' && readsZoom(rest[0])) return rest.slice(2).filter((_, i) => i % 2 === 0)
    return COMPARISONS.has(String(operator)) && readsZoom(rest) ? rest.filter(part => typeof part === 'number') : []
  })
  return [...new Set(found as number[])].sort((a, b) => a - b)
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>='])
