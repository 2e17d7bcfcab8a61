import { type Queryable, sql } from '../lib/sql.ts'

/** One publication of a layer, as yitu.revision keeps it. */
export interface RevisionRecord {
  revision: number
  kind: 'seed' | 'upload' | 'edit' | 'rollback'
  mode: 'replace' | 'append'
  actor: string
  upload: string | null
  inserted: number
  updated: number
  removed: number
  featureCount: number
  /** west, south, east, north in degrees of what changed; null where nothing did. */
  dirty: [number, number, number, number] | null
  contentHash: string
  publishedAt: string
}

/** The revisions of a layer, newest first, at most 1000. */
export function listRevisions(db: Queryable, layerId: string): Promise<RevisionRecord[]> {
  return db.query<RevisionRecord>(sql`
    SELECT revision, kind, mode, actor, upload_id AS upload, inserted, updated, removed,
           feature_count AS "featureCount", dirty, content_hash AS "contentHash", published_at AS "publishedAt"
    FROM yitu.revision WHERE layer_id = ${layerId} ORDER BY revision DESC LIMIT 1000`)
}
