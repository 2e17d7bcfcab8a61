import { isInPlace } from '../catalog/in-place.ts'
import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { type Database, literalSql, type Statement, sql } from '../lib/sql.ts'
import { shapeOf } from './scheme.ts'
import type { CutAsk } from './source.ts'

/** `memory`: columns held in memory; `postgis`: ST_AsMVT; `rows`: a search by box, cut here. */
export type SourceName = 'memory' | 'postgis' | 'rows'

/**
 * The share of TILE_INDEX_BYTES that one layer may take. Measured on all 159 layers of the demonstration data: columns
 * take 0.5 to 1.4 times the bytes of the rows they are made of, 0.7 times over all of them (430,000 parcels: 205 bytes
 * each, of 248), and 90,000 to 130,000 rows are read a second. So the bytes of the rows are taken for those of the
 * columns: what is said to fit into a half does, in under three quarters, and leaves room for the layers beside it;
 * with the usual 1 GiB that is two million parcels, read within half a minute.
 */
const SHARE = 0.5

/** Bytes of rows that are read into memory in a millisecond, about, while the server has other work too. */
const READ_BYTES = 12_000
/**
 * A layer that should be read within this time is waited for: what is cut meanwhile from the rows of each tile takes
 * the processors and the database from the reading. A layer that takes longer would have people wait for what a search
 * by box finds sooner: its tiles wait as long as nobody notices.
 */
const LONG_MS = 4000
const SHORT_MS = 150

interface Weighed {
  shape: string
  revision: number
  weighing: Promise<number>
  /** What came of it. */
  rowBytes: number | null
}

/**
 * Chooses the source of a layer's tiles. What is now comes from memory, several times faster than any database, where
 * the layer fits in; what does not, and what was, is searched for in the database: by ST_AsMVT where it has that.
 */
export class SourceChooser {
  readonly #db: Database
  readonly #mostRowBytes: number
  readonly #weighed = new Map<string, Weighed>()

  /** @param indexBytes what all layers together may take in memory */
  constructor(db: Database, indexBytes: number) {
    this.#db = db
    this.#mostRowBytes = indexBytes * SHARE
  }

  /** At once where the layer has been weighed at this revision, as it is for all of its tiles but the first. */
  choose({ layer, revision, view }: Pick<CutAsk, 'layer' | 'revision' | 'view'>): SourceName | Promise<SourceName> {
    const search = this.#db.kind === 'postgres' ? 'postgis' : 'rows'
    if (view.asOfRevision !== null) return search
    const known = this.#weighed.get(layer.id)
    const name = (rowBytes: number) => (rowBytes <= this.#mostRowBytes ? 'memory' : search)
    if (known?.shape === shapeOf(layer) && known.revision >= revision && known.rowBytes !== null)
      return name(known.rowBytes)
    return this.#weigh(layer, revision).then(name)
  }

  /** So many milliseconds a tile waits for its layer to be read, where the layer was chosen for memory. */
  patienceMs({ id }: Pick<Layer, 'id'>): number {
    const readingMs = (this.#weighed.get(id)?.rowBytes ?? 0) / READ_BYTES
    return readingMs <= LONG_MS ? LONG_MS : SHORT_MS
  }

  #weigh(layer: Layer, revision: number): Promise<number> {
    const shape = shapeOf(layer)
    const known = this.#weighed.get(layer.id)
    if (known?.shape === shape && known.revision >= revision) return known.weighing
    const weighing = this.#db.query<{ bytes: number }>(planRowBytes(layer)).then(([row]) => row?.bytes ?? 0)
    const weighed: Weighed = { shape, revision, weighing, rowBytes: null }
    this.#weighed.set(layer.id, weighed)
    weighing.then(
      bytes => {
        weighed.rowBytes = bytes
      },
      () => {
        if (this.#weighed.get(layer.id) === weighed) this.#weighed.delete(layer.id)
      }
    )
    return weighing
  }
}

/** The bytes of a layer's present rows, from some of the newest: those found first are seldom of earlier revisions. */
export function planRowBytes(layer: Layer): Statement {
  const newest = literalSql(isInPlace(layer) ? '' : 'ORDER BY t.fid DESC')
  return sql`SELECT l.feature_count * coalesce(s.average, 0)::double precision AS bytes
    FROM yitu.layer l, (SELECT avg(row_bytes) AS average FROM (
      SELECT pg_column_size(t.*) AS row_bytes FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL ${newest} LIMIT 1000) AS some_rows) AS s
    WHERE l.id = ${layer.id}`
}
