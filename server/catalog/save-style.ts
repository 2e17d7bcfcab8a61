import type { ProblemDetail, Text } from '../lib/errors.ts'
import { type Database, type Queryable, sql } from '../lib/sql.ts'
import type { StyleLayer } from './layer.ts'
import type { NamedStyle, StyleRecord } from './named-styles.ts'
import { namedStyle, type StyleRow } from './stored-styles.ts'
import { styleNotFound, tooManyStyles } from './style-problems.ts'

/** Styles a layer may be given beside the one it came with. */
export const MAX_STYLES = 20

interface Written {
  layer: string
  name: string
  actor: string
  /** Looks at the style as it stands (undefined: there is none) before anything is written; what it throws is thrown. */
  check: (before: NamedStyle | undefined) => void
}

export interface StyleToSave extends Written {
  title: Text
  style: StyleLayer[]
  source: StyleRecord['source']
  notes: readonly ProblemDetail[]
  /** Undefined leaves it as it is. */
  isDefault?: boolean | undefined
}

/**
 * Writes a style of a layer. Other servers hear of it.
 * @returns the style as it was before, if it was there
 * @throws STYLE_TOO_MANY
 */
export function saveStyle(db: Database, given: StyleToSave): Promise<NamedStyle | undefined> {
  const { layer, name, actor, isDefault } = given
  return change(db, given, async (tx, before, names) => {
    if (!before && names.length >= MAX_STYLES) throw tooManyStyles({ layer, max: MAX_STYLES })
    if (isDefault) await dropDefault(tx, layer)
    await tx.query(sql`INSERT INTO yitu.layer_style AS s
        (layer_id, name, title, style, is_default, source, notes, updated_by)
      VALUES (${layer}, ${name}, ${JSON.stringify(given.title)}::jsonb, ${JSON.stringify(given.style)}::json,
        ${isDefault ?? false}, ${given.source}, ${JSON.stringify(given.notes)}::jsonb, ${actor})
      ON CONFLICT (layer_id, name) DO UPDATE SET title = excluded.title, style = excluded.style,
        is_default = coalesce(${isDefault ?? null}::boolean, s.is_default), source = excluded.source,
        notes = excluded.notes, revision = s.revision + 1, updated_by = excluded.updated_by, updated_at = now()`)
  })
}

/**
 * Gives a style another title, or makes it the default, or no longer.
 * @throws STYLE_NOT_FOUND
 */
export async function amendStyle(
  db: Database,
  given: Written & { title?: Text | undefined; isDefault?: boolean | undefined }
): Promise<void> {
  const { layer, name, actor, title, isDefault } = given
  await change(db, given, async (tx, before, names) => {
    if (!before) throw styleNotFound({ layer, name, names: names.join(', ') })
    if (isDefault) await dropDefault(tx, layer)
    await tx.query(sql`UPDATE yitu.layer_style SET is_default = coalesce(${isDefault ?? null}::boolean, is_default),
        title = coalesce(${title ? JSON.stringify(title) : null}::jsonb, title),
        revision = revision + 1, updated_by = ${actor}, updated_at = now()
      WHERE layer_id = ${layer} AND name = ${name}`)
  })
}

/** Makes the style that a layer came with its default again. */
export async function restoreDefault(db: Database, given: Pick<Written, 'layer' | 'actor'>): Promise<void> {
  await change(db, { ...given, name: '', check: () => {} }, tx => dropDefault(tx, given.layer))
}

/** @throws STYLE_NOT_FOUND */
export async function deleteStyle(db: Database, given: Written): Promise<void> {
  const { layer, name } = given
  await change(db, given, async (tx, before, names) => {
    if (!before) throw styleNotFound({ layer, name, names: names.join(', ') })
    await tx.query(sql`DELETE FROM yitu.layer_style WHERE layer_id = ${layer} AND name = ${name}`)
  })
}

const dropDefault = (tx: Queryable, layer: string) =>
  tx.query(sql`UPDATE yitu.layer_style SET is_default = false WHERE layer_id = ${layer} AND is_default`)

/** Whoever changes styles of one layer does so in turn. */
function change(
  db: Database,
  { layer, name, check }: Pick<Written, 'layer' | 'name' | 'check'>,
  write: (tx: Queryable, before: NamedStyle | undefined, names: string[]) => Promise<unknown>
): Promise<NamedStyle | undefined> {
  return db.transaction(async tx => {
    await tx.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`style of ${layer}`}::text, 0))`)
    const rows = await tx.query<StyleRow>(sql`SELECT * FROM yitu.layer_style WHERE layer_id = ${layer}`)
    const row = rows.find(row => row.name === name)
    const before = row && namedStyle(row)
    check(before)
    await write(
      tx,
      before,
      rows.map(row => row.name)
    )
    await tx.query(sql`SELECT pg_notify('yitu_catalog', ${`${layer} style ${name}`})`)
    return before
  })
}
