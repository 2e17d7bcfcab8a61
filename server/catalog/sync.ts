import { type Queryable, sql } from '../lib/sql.ts'
import type { Catalog, CatalogProblem } from './catalog.ts'
import { type Changes, readChanges } from './changes.ts'
import { checkLayer, type References } from './check-layer.ts'
import { checkStyle } from './check-style.ts'
import { defaultStyle } from './default-style.ts'
import { type Layer, type LayerState, type StyleLayer, UploadedLayerSchema } from './layer.ts'
import { checkShape } from './shape.ts'
import { planStyles, readStyles, type StyleRow } from './stored-styles.ts'

interface LayerRow {
  id: string
  definition: unknown
  style: unknown
  revision: number
  feature_count: number
  bounds: LayerState['bounds']
  content_hash: string
  updated_at: string | null
  synthetic: boolean
  table_missing: boolean
}

/**
 * Takes over from yitu.layer the layers made by upload and the state of every layer. Uploaded definitions are checked
 * again as files are; a bad one is left out and becomes a problem of file `yitu.layer/<id>`. Whoever calls keeps the
 * calls for one catalogue in a row, or an older answer might overwrite a newer one.
 */
export async function refreshCatalog(db: Queryable, catalog: Catalog): Promise<void> {
  const rows = await db.query<LayerRow>(planRows())
  const known = references(catalog)
  const read = rows.filter(row => row.definition !== null).map(row => readUploaded(row, catalog, known))
  const changes = await changesNow(db, catalog, rows)
  const uploaded = read.flatMap(({ layer }) => (layer ? [layer] : []))
  const styles = readStyles(catalog, uploaded, await db.query<StyleRow>(planStyles()))
  catalog.update({
    uploaded,
    styles: styles.styles,
    states: new Map(rows.map(row => [row.id, stateOf(row)])),
    changes,
    problems: [...read.flatMap(({ problems }) => problems), ...styles.problems, ...rows.flatMap(missingTable)],
    tablesMissing: rows.flatMap(row => (row.table_missing ? [row.id] : []))
  })
}

/** Only of layers that were published since the last time anything is read. */
async function changesNow(db: Queryable, catalog: Catalog, rows: LayerRow[]): Promise<Map<string, Changes>> {
  const isNew = ({ id, revision }: LayerRow) => catalog.state(id).revision !== revision
  const known = rows.filter(row => !isNew(row)).map(({ id }) => [id, catalog.changes(id)] as const)
  return new Map([...known, ...(await readChanges(db, rows.filter(isNew)))])
}

/** A published layer whose table is gone: it can be listed, not read. */
const missingTable = ({ id, table_missing }: LayerRow): CatalogProblem[] =>
  table_missing
    ? [{ file: `yitu.layer/${id}`, pointer: '', message: `its table data.${id.replaceAll('-', '_')} is missing` }]
    : []

/**
 * Rows of the seed may be current until an upload has replaced everything; a later rollback may have brought them back.
 */
const planRows = () => sql`SELECT l.id, l.definition, l.style, l.revision, l.feature_count, l.bounds, l.content_hash,
    l.updated_at, coalesce(h.seeded > h.replaced OR (h.seeded > 0 AND h.rolled_back > h.replaced), false) AS synthetic,
    l.revision > 0 AND to_regclass(format('data.%I', replace(l.id, '-', '_'))) IS NULL AS table_missing
  FROM yitu.layer l
  LEFT JOIN (
    SELECT layer_id,
      coalesce(max(revision) FILTER (WHERE kind = 'seed'), 0) AS seeded,
      coalesce(max(revision) FILTER (WHERE kind = 'upload' AND mode = 'replace'), 0) AS replaced,
      coalesce(max(revision) FILTER (WHERE kind = 'rollback'), 0) AS rolled_back
    FROM yitu.revision GROUP BY layer_id
  ) h ON h.layer_id = l.id
  ORDER BY l.created_at, l.id`

const stateOf = (row: LayerRow): LayerState => ({
  revision: row.revision,
  featureCount: row.feature_count,
  bounds: row.bounds,
  contentHash: row.content_hash,
  updatedAt: row.updated_at,
  synthetic: row.synthetic
})

const references = (catalog: Catalog): References => ({
  themes: new Set(catalog.themes.map(({ id }) => id)),
  departments: new Set(catalog.departments.keys()),
  codeLists: new Set(catalog.codeLists.keys()),
  systems: new Set(catalog.codeLists.get('city-system')?.codes.map(({ code }) => code))
})

function readUploaded(
  { id, definition, style }: LayerRow,
  catalog: Catalog,
  known: References
): { layer?: Layer; problems: CatalogProblem[] } {
  const file = `yitu.layer/${id}`
  const shaped = checkShape(UploadedLayerSchema, definition, file, '/definition')
  if (!shaped.value) return { problems: shaped.problems }
  const { $schema: _, theme, ...rest } = shaped.value
  const faults = checkLayer({ id, theme, definition: rest }, known, file)
  if (catalog.isFileLayer(id)) faults.push({ file, pointer: '', message: `layers/ has a layer named "${id}"` })
  if (faults.length > 0) return { problems: faults }
  const layer = { ...rest, id, theme, origin: 'upload' as const }
  const problems = style === null ? [] : checkStyle(layer, style, file, new Set(catalog.sprites.map(({ id }) => id)))
  const drawn = style === null || problems.length > 0 ? defaultStyle(layer) : (style as StyleLayer[])
  return { layer: { ...layer, style: drawn }, problems }
}
