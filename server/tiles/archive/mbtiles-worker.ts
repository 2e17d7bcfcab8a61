/**
 * The thread that reads MBTiles archives (MBTiles 1.3), as SQLite in WASM reads its files synchronously. SQLite makes a
 * lock beside what it opens, and would find one that a killed process has left; so each archive is opened through a
 * link in a folder of the thread's own, and one transaction for as long as it is open keeps SQLite from locking again
 * and again.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import sqlite from 'node-sqlite3-wasm'
import type { ThreadAnswer } from '../../lib/asked-thread.ts'

export type MbtilesAsk =
  | { kind: 'open'; ask: number; file: number; path: string }
  | { kind: 'tile'; ask: number; file: number; z: number; x: number; y: number }
  | { kind: 'close'; ask: number; file: number }

export interface MbtilesAnswer extends ThreadAnswer {
  /** Of an opening: the rows of `metadata`, and the zooms that have tiles. */
  metadata?: Record<string, string>
  zooms?: { min: number; max: number }
  /** Of a tile, of an opening the first there is: its bytes as they are stored; null where there is none. */
  tile?: Uint8Array<ArrayBuffer> | null
}

interface Opened {
  folder: string
  db: sqlite.Database
  find: sqlite.Statement
}

const port = parentPort!
const opened = new Map<number, Opened>()

port.on('message', (message: MbtilesAsk) => {
  let answer: MbtilesAnswer
  try {
    answer = { ask: message.ask, ...work(message) }
  } catch (error) {
    answer = { ask: message.ask, error: error instanceof Error ? error.message : String(error) }
  }
  port.postMessage(answer, answer.tile ? [answer.tile.buffer] : [])
})

function work(message: MbtilesAsk): Omit<MbtilesAnswer, 'ask'> {
  if (message.kind === 'open') return open(message.file, message.path)
  if (message.kind === 'close') return close(message.file)
  const { z, x, y } = message
  const held = opened.get(message.file)
  if (!held) throw new Error('The archive is not open.')
  // MBTiles counts rows from the south (§4.2).
  return { tile: bytesOf(held.find.get([z, x, 2 ** z - 1 - y])) }
}

/** In memory of its own, which goes to whoever asked. */
function bytesOf(row: ReturnType<sqlite.Statement['get']>): Uint8Array<ArrayBuffer> | null {
  const bytes = row?.['tile_data']
  return bytes instanceof Uint8Array ? new Uint8Array(bytes) : null
}

function open(file: number, path: string): Omit<MbtilesAnswer, 'ask'> {
  const folder = mkdtempSync(join(tmpdir(), 'yitu-mbtiles-'))
  let db: sqlite.Database | undefined
  try {
    symlinkSync(path, join(folder, 'archive'))
    db = new sqlite.Database(join(folder, 'archive'), { readOnly: true, fileMustExist: true })
    db.exec('BEGIN')
    const rows = db.all('SELECT name, value FROM metadata')
    const zooms = db.get('SELECT min(zoom_level) AS low, max(zoom_level) AS high FROM tiles')
    const first = db.get('SELECT tile_data FROM tiles ORDER BY zoom_level, tile_column, tile_row LIMIT 1')
    const find = db.prepare('SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?')
    opened.set(file, { folder, db, find })
    return {
      metadata: Object.fromEntries(rows.map(row => [String(row['name']), String(row['value'])])),
      zooms: { min: Number(zooms?.['low'] ?? 0), max: Number(zooms?.['high'] ?? -1) },
      tile: bytesOf(first)
    }
  } catch (error) {
    db?.close()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function close(file: number): Omit<MbtilesAnswer, 'ask'> {
  const held = opened.get(file)
  opened.delete(file)
  held?.find.finalize()
  held?.db.close()
  if (held) rmSync(held.folder, { recursive: true, force: true })
  return {}
}
