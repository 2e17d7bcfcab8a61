import { join } from 'node:path'
import type { Database } from '../lib/sql.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

export interface DatabaseOptions {
  /** `postgres://…`; without it the embedded database in `dataDir` is opened. */
  url?: string
  dataDir: string
  poolSize?: number
}

/** The database the configuration names: PostGIS where there is a URL, else the embedded one. */
export function openDatabase({ url, dataDir, poolSize }: DatabaseOptions): Promise<Database> {
  return url
    ? openPostgres(url, { poolSize })
    : openEmbedded({ dataDir: join(dataDir, 'db'), template: join(dataDir, 'template.tar') })
}
