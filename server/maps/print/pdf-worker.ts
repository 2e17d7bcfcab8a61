import { readFileSync } from 'node:fs'
import { answerAsks } from '../../lib/answer-asks.ts'
import { chooseFont } from '../font-files.ts'
import { pdfOf } from './pdf.ts'
import type { Sheet } from './sheet.ts'

/** Runs in a thread of its own: cutting fonts to the characters of a page takes a second. */

const font = (name: string) => readFileSync(chooseFont(name).file)
const fonts = { regular: font('Noto Sans SC Regular'), bold: font('Noto Sans SC Bold') }

answerAsks(
  async (sheet: Sheet) => new Uint8Array(await pdfOf(sheet, fonts)),
  pdf => [pdf.buffer]
)
