import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { chooseFont } from '../font-files.ts'
import { pdfOf } from './pdf.ts'
import type { Sheet } from './sheet.ts'

/** Runs in a thread of its own: cutting fonts to the characters of a page takes a second. */

export interface PrintTask {
  id: number
  sheet: Sheet
}

export type PrintAnswer = { id: number; pdf: Uint8Array } | { id: number; failure: string }

const font = (name: string) => readFileSync(chooseFont(name).file)
const fonts = { regular: font('Noto Sans SC Regular'), bold: font('Noto Sans SC Bold') }

parentPort?.on('message', async ({ id, sheet }: PrintTask) => {
  try {
    const pdf = new Uint8Array(await pdfOf(sheet, fonts))
    parentPort?.postMessage({ id, pdf } satisfies PrintAnswer, [pdf.buffer])
  } catch (error) {
    parentPort?.postMessage({ id, failure: String((error as Error)?.stack ?? error) } satisfies PrintAnswer)
  }
})
