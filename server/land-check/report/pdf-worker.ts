import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { answerAsks } from '../../lib/answer-asks.ts'
import type { Report } from './model.ts'
import { pdfReport } from './pdf.ts'

/** Runs in a thread of its own, so that drawing a report keeps nobody waiting. */

const font = (weight: string) =>
  readFileSync(fileURLToPath(new URL(`../fonts/NotoSansHans-${weight}.otf`, import.meta.resolve('@embedpdf/fonts-sc'))))
const fonts = { regular: font('Regular'), bold: font('Bold') }

answerAsks(
  async (report: Report) => new Uint8Array(await pdfReport(report, fonts)),
  pdf => [pdf.buffer]
)
