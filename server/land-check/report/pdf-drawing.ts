import type { Drawing, DrawnText, Ink, LegendGroup } from './model.ts'
import { CONTENT_WIDTH, INK, MARGIN, type Sheet } from './pdf-sheet.ts'

/** Draws a drawing as vectors, its upper left corner at x, y. */
export function drawDrawing(sheet: Sheet, drawing: Drawing, x: number, y: number): void {
  const { doc } = sheet
  const [left, top, width, height] = drawing.frame
  doc.save().translate(x, y)
  doc.save().rect(left, top, width, height).clip()
  for (const shape of drawing.shapes.filter(({ clipped }) => clipped)) paint(doc, shape.path, shape)
  doc.restore()
  for (const shape of drawing.shapes.filter(({ clipped }) => !clipped)) paint(doc, shape.path, shape)
  for (const text of drawing.texts) writeDrawn(sheet, text)
  doc.restore()
}

function paint(doc: PDFKit.PDFDocument, path: string, ink: Ink): void {
  const { fillOpacity = 1, stroke, strokeWidth = 1, dash } = ink
  const fill = ink.fill === 'none' ? undefined : ink.fill
  if (fill === undefined && stroke === undefined) return
  doc.save().path(path).lineWidth(strokeWidth).lineJoin('round')
  if (dash) doc.dash(dash[0] ?? 1, { space: dash[1] ?? dash[0] ?? 1 })
  if (fill !== undefined) doc.fillOpacity(fillOpacity)
  if (fill !== undefined && stroke !== undefined) doc.fillAndStroke(fill, stroke, 'even-odd')
  else if (fill !== undefined) doc.fill(fill, 'even-odd')
  else if (stroke !== undefined) doc.stroke(stroke)
  doc.restore()
}

function writeDrawn(sheet: Sheet, { x, y, text, size, anchor, color, bold, halo, upwards }: DrawnText): void {
  const { doc } = sheet
  const style = { size, ...(bold && { bold }), ...(color !== undefined && { color }) }
  const width = sheet.widthOf(text, style)
  const left = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2
  doc.save().translate(x, y)
  if (upwards) doc.rotate(-90)
  if (halo) {
    doc.save().fillOpacity(0.7)
    doc.rect(left - 0.8, -size * 0.82, width + 1.6, size).fill('#ffffff')
    doc.restore()
  }
  sheet.writeOnBaseline(text, left, 0, style)
  doc.restore()
}

const ENTRY = { size: 7.5 }
const SWATCH = 16

/** The entries of each group, as many in a line as there is room for. */
export function writeLegend(sheet: Sheet, groups: readonly LegendGroup[]): void {
  const { doc } = sheet
  for (const { title, entries } of groups) {
    sheet.need(26)
    sheet.write(title, MARGIN.left, sheet.y, { ...ENTRY, bold: true })
    sheet.y += 12
    let x: number = MARGIN.left
    for (const { text, ink, line } of entries) {
      const width = SWATCH + 4 + sheet.widthOf(text, ENTRY) + 12
      if (x > MARGIN.left && x + width > MARGIN.left + CONTENT_WIDTH) {
        x = MARGIN.left
        sheet.y += 12
        sheet.need(12)
      }
      doc.save().translate(x, sheet.y)
      paint(doc, line ? `M0 5L${SWATCH} 5` : `M0 1L${SWATCH} 1L${SWATCH} 9L0 9Z`, ink)
      doc.restore()
      sheet.write(text, x + SWATCH + 4, sheet.y, { ...ENTRY, color: INK.text })
      x += width
    }
    sheet.y += 14
  }
}
