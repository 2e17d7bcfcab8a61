import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import type { Report } from './model.ts'
import { pdfReport } from './pdf.ts'

/** Runs in a thread of its own, so that drawing a report keeps nobody waiting. */

export interface PdfTask {
  id: number
  report: Report
}

export type PdfAnswer = { id: number; pdf: Uint8Array } | { id: number; failure: string }

const font = (weight: string) =>
  readFileSync(fileURLToPath(new URL(`../fonts/NotoSansHans-${weight}.otf`, import.meta.resolve('@embedpdf/fonts-sc'))))
const fonts = { regular: font('Regular'), bold: font('Bold') }

parentPort?.on('message', async ({ id, report }: PdfTask) => {
  try {
    const pdf = new Uint8Array(await pdfReport(report, fonts))
    parentPort?.postMessage({ id, pdf } satisfies PdfAnswer, [pdf.buffer])
  } catch (error) {
    parentPort?.postMessage({ id, failure: String((error as Error)?.stack ?? error) } satisfies PdfAnswer)
  }
})
