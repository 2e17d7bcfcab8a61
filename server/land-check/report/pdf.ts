import type { Block, Drawing, Report } from './model.ts'
import { drawDrawing, writeLegend } from './pdf-drawing.ts'
import { CONTENT_WIDTH, type Fonts, INK, MARGIN, Sheet, type TextStyle } from './pdf-sheet.ts'
import { writeTable } from './pdf-table.ts'

const VERDICT_INK: Record<Report['verdict']['code'], string> = {
  REJECT: '#b3261e',
  INDETERMINATE: '#5f6670',
  REVIEW: '#8a5a00',
  CONDITIONAL: '#1d5fa8',
  PASS: '#1e7a3c'
}

const HEADING: TextStyle = { size: 11.5, bold: true }
/** A heading is not left alone at the foot of a page. */
const WITH_HEADING = 90

/**
 * The report as PDF: A4, vectors, embedded subsets of the fonts. The same report gives the same bytes: nothing in the
 * file depends on when or where it was made.
 */
export async function pdfReport(report: Report, fonts: Fonts): Promise<Buffer> {
  const sheet = new Sheet(report, fonts)
  writeTop(sheet, report)
  for (const { title, blocks } of report.sections) {
    sheet.y += 8
    const first = blocks[0]
    sheet.need(first && 'drawing' in first ? first.drawing.height + 50 : WITH_HEADING)
    sheet.write(title, MARGIN.left, sheet.y, HEADING)
    sheet.y += sheet.leading(HEADING) + 4
    for (const block of blocks) writeBlock(sheet, block)
  }
  return sheet.finish((page, pages) => writeFoot(sheet, report, page, pages))
}

function writeTop(sheet: Sheet, report: Report): void {
  const { title, subtitle, verdict } = report
  const code = codeOf(report)
  const side = 66
  if (code) {
    sheet.doc.save().translate(MARGIN.left + CONTENT_WIDTH - side, MARGIN.top - 8)
    sheet.doc.scale(side / code.width)
    drawDrawing(sheet, code, 0, 0)
    sheet.doc.restore()
  }
  sheet.write(title, MARGIN.left, sheet.y, { size: 18, bold: true })
  sheet.y += 26
  for (const line of sheet.lines(subtitle, CONTENT_WIDTH - side - 8, { size: 8 })) {
    sheet.write(line, MARGIN.left, sheet.y, { size: 8, color: INK.quiet })
    sheet.y += 11
  }
  const badge: TextStyle = { size: 12, bold: true, color: '#ffffff' }
  const width = sheet.widthOf(verdict.text, badge) + 24
  sheet.doc.rect(MARGIN.left, sheet.y + 3, width, 20).fill(VERDICT_INK[verdict.code])
  sheet.write(verdict.text, MARGIN.left + 12, sheet.y + 5, badge)
  sheet.y += 30
  rule(sheet, sheet.y, 1.2)
}

const codeOf = ({ sections }: Report): Drawing | undefined =>
  sections.flatMap(({ blocks }) => blocks).find(block => block.kind === 'code')?.drawing

function rule(sheet: Sheet, y: number, width: number): void {
  const { doc } = sheet
  doc
    .save()
    .lineWidth(width)
    .moveTo(MARGIN.left, y)
    .lineTo(MARGIN.left + CONTENT_WIDTH, y)
  doc.stroke(INK.text).restore()
}

function writeFoot(sheet: Sheet, { title, stamp }: Report, page: number, pages: number): void {
  const small = { size: 6.5, color: INK.quiet }
  const y = sheet.bottom + 12
  rule(sheet, y - 4, 0.4)
  sheet.write(stamp, MARGIN.left, y, small)
  sheet.write(`${page} / ${pages}`, MARGIN.left + CONTENT_WIDTH, y, small, 'right')
  if (page > 1) sheet.write(title, MARGIN.left, MARGIN.top - 20, small)
}

function writeBlock(sheet: Sheet, block: Block): void {
  switch (block.kind) {
    case 'facts': {
      const rows = block.rows.map(row => [...row])
      writeTable(sheet, { columns: FACT_COLUMNS, rows, headless: true })
      break
    }
    case 'table':
      writeTable(sheet, block)
      break
    case 'text':
      for (const line of block.lines) writeParagraph(sheet, line, block.tone)
      break
    case 'map':
      drawDrawing(sheet, block.drawing, MARGIN.left, sheet.y)
      sheet.y += block.drawing.height + 4
      writeLegend(sheet, block.legend)
      break
    case 'code':
      writeCode(sheet, block)
  }
}

const FACT_COLUMNS = [
  { title: '', width: 24 },
  { title: '', width: 76 }
]

const TONES: Record<'plain' | 'warning' | 'quiet', TextStyle> = {
  plain: { size: 8.5 },
  warning: { size: 9, bold: true, color: '#b3261e' },
  quiet: { size: 7.5, color: INK.quiet }
}

function writeParagraph(sheet: Sheet, text: string, tone: keyof typeof TONES, x: number = MARGIN.left): void {
  const style = TONES[tone]
  for (const line of sheet.lines(text, MARGIN.left + CONTENT_WIDTH - x, style)) {
    sheet.need(sheet.leading(style))
    sheet.write(line, x, sheet.y, style)
    sheet.y += sheet.leading(style)
  }
  sheet.y += 2
}

function writeCode(sheet: Sheet, { drawing, lines }: Extract<Block, { kind: 'code' }>): void {
  sheet.need(drawing.height + 30)
  const top = sheet.y
  drawDrawing(sheet, drawing, MARGIN.left, top)
  for (const line of lines) writeParagraph(sheet, line, 'plain', MARGIN.left + drawing.width + 12)
  sheet.y = Math.max(sheet.y, top + drawing.height)
}
