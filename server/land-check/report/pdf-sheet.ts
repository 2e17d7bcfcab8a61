import PDFDocument from 'pdfkit'
import type { Report } from './model.ts'
import { linesOf } from './pdf-lines.ts'

/** A font file each, with the glyphs of GB 2312 and Latin. */
export interface Fonts {
  regular: Buffer
  bold: Buffer
}

/** A4 in points. */
const PAGE = { width: 595.28, height: 841.89 } as const
export const MARGIN = { left: 50, top: 48, bottom: 48 } as const
export const CONTENT_WIDTH = 495

export interface TextStyle {
  size: number
  bold?: boolean
  color?: string
}

export const INK = { text: '#1c1f23', quiet: '#555555', rule: '#9aa0a8', shade: '#f3f5f7' } as const
const LEADING = 1.38

/** The pages of a PDF while they are written: where the next thing goes, and what text measures. */
export class Sheet {
  readonly doc: PDFKit.PDFDocument
  /** The upper edge of what comes next. */
  y: number = MARGIN.top
  readonly #widths = new Map<string, number>()

  constructor({ title, createdAt, language }: Report, fonts: Fonts) {
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      pdfVersion: '1.7',
      lang: language === 'zh' ? 'zh-CN' : 'en',
      displayTitle: true,
      info: { Title: title, Creator: 'Yitu', Producer: 'Yitu', CreationDate: new Date(createdAt) }
    })
    this.doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold)
  }

  get bottom(): number {
    return PAGE.height - MARGIN.bottom
  }

  get room(): number {
    return this.bottom - this.y
  }

  /** What a whole page holds. */
  get height(): number {
    return this.bottom - MARGIN.top
  }

  /** Goes to a new page where less room is left than this; a new page is as good as it gets. */
  need(height: number): void {
    if (height > this.room && this.y > MARGIN.top) this.newPage()
  }

  newPage(): void {
    this.doc.addPage({ size: 'A4', margin: 0 })
    this.y = MARGIN.top
  }

  leading(style: TextStyle): number {
    return style.size * LEADING
  }

  lines(text: string, width: number, style: TextStyle): string[] {
    return linesOf(text, width, character => this.#widthOf(character, style) * style.size)
  }

  widthOf(text: string, style: TextStyle): number {
    return [...text].reduce((sum, character) => sum + this.#widthOf(character, style), 0) * style.size
  }

  /** Of a character, in ems. */
  #widthOf(character: string, { bold }: TextStyle): number {
    const key = `${bold ? 'b' : 'r'}${character}`
    let width = this.#widths.get(key)
    if (width === undefined) {
      width = this.#use({ size: 1000, ...(bold && { bold }) }).widthOfString(character) / 1000
      this.#widths.set(key, width)
    }
    return width
  }

  /** One line, its upper edge at y. */
  write(text: string, x: number, y: number, style: TextStyle, align: 'left' | 'right' | 'center' = 'left'): void {
    if (text === '') return
    const shift = align === 'left' ? 0 : this.widthOf(text, style) * (align === 'right' ? 1 : 0.5)
    // The font’s own line box is higher than the leading: the baseline is set, not left to the font.
    this.writeOnBaseline(text, x - shift, y + style.size * 1.04, style)
  }

  writeOnBaseline(text: string, x: number, y: number, style: TextStyle): void {
    this.#use(style)
      .fillColor(style.color ?? INK.text)
      .text(text, x, y, { lineBreak: false, baseline: 'alphabetic' })
  }

  #use({ size, bold }: TextStyle) {
    return this.doc.font(bold ? 'bold' : 'regular').fontSize(size)
  }

  /** The finished file, after something is written on every page. */
  async finish(onPage: (page: number, pages: number) => void): Promise<Buffer> {
    const { start, count } = this.doc.bufferedPageRange()
    for (let i = 0; i < count; i++) {
      this.doc.switchToPage(start + i)
      onPage(i + 1, count)
    }
    const chunks: Buffer[] = []
    const ended = new Promise<void>((resolve, reject) => {
      this.doc.on('data', (chunk: Buffer) => chunks.push(chunk))
      this.doc.on('end', resolve)
      this.doc.on('error', reject)
    })
    this.doc.end()
    await ended
    return Buffer.concat(chunks)
  }
}
