import type { ProblemDetail, Text } from '../lib/errors.ts'
import { sql } from '../lib/sql.ts'
import type { Catalog, CatalogProblem } from './catalog.ts'
import { checkStyle } from './check-style.ts'
import type { Layer, StyleLayer } from './layer.ts'
import { type NamedStyle, originalStyle, type StyleRecord, styleVersion } from './named-styles.ts'

/** A row of yitu.layer_style. */
export interface StyleRow {
  layer_id: string
  name: string
  title: Text
  style: unknown
  is_default: boolean
  source: StyleRecord['source']
  notes: ProblemDetail[]
  revision: number
  updated_by: string
  updated_at: string
}

export const planStyles = () => sql`SELECT layer_id, name, title, style, is_default, source, notes, revision,
    updated_by, updated_at
  FROM yitu.layer_style ORDER BY layer_id, is_default DESC, name`

/**
 * The styles of the layers that were given some over HTTP, each checked as a file is: one that the layer cannot be
 * drawn in any more, as its fields have changed, is left out and becomes a problem of file `yitu.layer_style/<id>/…`.
 * @param uploaded the layers made by upload, as they are about to be
 */
export function readStyles(
  catalog: Catalog,
  uploaded: readonly Layer[],
  rows: readonly StyleRow[]
): { styles: Map<string, readonly NamedStyle[]>; problems: CatalogProblem[] } {
  const byLayer = new Map<string, StyleRow[]>()
  for (const row of rows) byLayer.set(row.layer_id, [...(byLayer.get(row.layer_id) ?? []), row])
  const layers = new Map([...catalog.fileLayers(), ...uploaded].map(layer => [layer.id, layer]))
  const sprites = new Set(catalog.sprites.map(({ id }) => id))
  const read = [...byLayer].flatMap(([id, rows]) => {
    const layer = layers.get(id)
    return layer ? [{ id, ...stylesNow(layer, rows, sprites) }] : []
  })
  return {
    styles: new Map(read.map(({ id, styles }) => [id, unchanged(catalog.styles(id), styles)])),
    problems: read.flatMap(({ problems }) => problems)
  }
}

function stylesNow(layer: Layer, rows: readonly StyleRow[], sprites: ReadonlySet<string>) {
  const checked = rows.map(row => {
    const file = `yitu.layer_style/${layer.id}/${row.name}`
    return { row, problems: known(layer, row, () => checkStyle(layer, row.style, file, sprites)) }
  })
  const named = checked.flatMap(({ row, problems }) => (problems.length === 0 ? [namedStyle(row)] : []))
  const original = originalStyle(layer.style, !named.some(({ isDefault }) => isDefault))
  const styles = [...named, original].sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
  return { styles, problems: checked.flatMap(({ problems }) => problems) }
}

export const namedStyle = (row: StyleRow): NamedStyle => ({
  id: row.name,
  title: row.title,
  style: row.style as StyleLayer[],
  isDefault: row.is_default,
  version: styleVersion(row.style as StyleLayer[]),
  record: {
    source: row.source,
    notes: row.notes,
    revision: row.revision,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at
  }
})

/** What was found of a row is found once: the catalogue is read again with every publication of any layer. */
function known(layer: Layer, row: StyleRow, check: () => CatalogProblem[]): CatalogProblem[] {
  const found = checked.get(layer) ?? new Map<string, { state: string; problems: CatalogProblem[] }>()
  checked.set(layer, found)
  const state = `${row.revision} ${row.updated_at}`
  const before = found.get(row.name)
  const problems = before?.state === state ? before.problems : check()
  found.set(row.name, { state, problems })
  return problems
}

const checked = new WeakMap<Layer, Map<string, { state: string; problems: CatalogProblem[] }>>()

/** The same list as long as it says the same, so that what was derived from it holds. */
const unchanged = (before: readonly NamedStyle[] | undefined, now: readonly NamedStyle[]) =>
  before && JSON.stringify(before) === JSON.stringify(now) ? before : now
