import PDFDocument from 'pdfkit'
import { type DrawnText, INK } from '../ornaments/drawing.ts'
import type { PlacedDrawing, Sheet } from './sheet.ts'

/** A font file each. */
export interface Fonts {
  regular: Buffer
  bold: Buffer
}

/** A page as PDF: the map as a picture, all else as vectors with embedded subsets of the fonts. */
export async function pdfOf({ page, title, language, createdAt, images, drawings }: Sheet, fonts: Fonts) {
  const doc = new PDFDocument({
    size: [page.width, page.height],
    margin: 0,
    pdfVersion: '1.7',
    lang: language === 'zh' ? 'zh-CN' : 'en',
    displayTitle: true,
    info: { Title: title, Creator: 'Yitu', Producer: 'Yitu', CreationDate: new Date(createdAt) }
  })
  const chunks: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', resolve)
    doc.on('error', reject)
  })
  doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold)
  for (const { bytes, x, y, width, height } of images) doc.image(Buffer.from(bytes), x, y, { width, height })
  for (const placed of drawings) draw(doc, placed)
  doc.end()
  await ended
  return Buffer.concat(chunks)
}

function draw(doc: PDFKit.PDFDocument, { x, y, drawing }: PlacedDrawing): void {
  doc.save().translate(x, y)
  for (const { path, fill, stroke, strokeWidth = 1 } of drawing.shapes) {
    doc.path(path).lineWidth(strokeWidth).lineJoin('round')
    if (fill && stroke) doc.fillAndStroke(fill, stroke)
    else if (fill) doc.fill(fill)
    else if (stroke) doc.stroke(stroke)
  }
  for (const text of drawing.texts) write(doc, text)
  doc.restore()
}

function write(doc: PDFKit.PDFDocument, { text, x, y, size, anchor, color = INK, bold, upwards }: DrawnText): void {
  if (text === '') return
  doc.font(bold ? 'bold' : 'regular').fontSize(size)
  const width = doc.widthOfString(text)
  const left = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2
  doc.save().translate(x, y)
  if (upwards) doc.rotate(-90)
  doc.fillColor(color).text(text, left, 0, { lineBreak: false, baseline: 'alphabetic' })
  doc.restore()
}
