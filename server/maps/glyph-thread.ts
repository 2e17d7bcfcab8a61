import { TaskThread } from '../lib/task-thread.ts'
import type { GlyphTask } from './glyph-worker.ts'

/** An idle thread holds the fonts in memory. */
const IDLE_MS = 30_000

/** Draws ranges of glyphs, one after the other; each comes as gzip. */
export const glyphThread = (): TaskThread<GlyphTask, Uint8Array> =>
  new TaskThread({ module: new URL('./glyph-worker.js', import.meta.url), idleMs: IDLE_MS })
