import type { Column } from './model.ts'
import { CONTENT_WIDTH, INK, MARGIN, type Sheet, type TextStyle } from './pdf-sheet.ts'

const PAD = 3.5
const BODY: TextStyle = { size: 8 }
const HEAD: TextStyle = { size: 8, bold: true }

interface Row {
  cells: string[][]
  style: TextStyle
  shade: boolean
}

export interface Table {
  columns: Column[]
  rows: string[][]
  foot?: string[]
  /** Without a head its first column is one. */
  headless?: boolean
}

/**
 * A table with its head repeated on every page. A row is never parted, unless it is higher than a page; the last row
 * and the total stay together.
 */
export function writeTable(sheet: Sheet, { columns, rows, foot, headless = false }: Table): void {
  const whole = columns.reduce((sum, { width }) => sum + width, 0)
  const widths = columns.map(({ width }) => (width / whole) * CONTENT_WIDTH)
  const laid = (cells: string[], style: TextStyle, shade: boolean): Row => ({
    cells: widths.map((width, i) => sheet.lines(cells[i] ?? '', width - 2 * PAD, style)),
    style,
    shade
  })
  const head = headless
    ? null
    : laid(
        columns.map(({ title }) => title),
        HEAD,
        true
      )
  const body = rows.map(cells => laid(cells, BODY, false))
  const total = foot ? laid(foot, HEAD, true) : null
  const headHeight = head ? heightOf(sheet, head) : 0
  const draw = (row: Row) => drawRow(sheet, columns, widths, row, headless)
  const startPage = () => {
    sheet.newPage()
    if (head) draw(head)
  }
  sheet.need(headHeight + (body[0] ? Math.min(heightOf(sheet, body[0]), sheet.height - headHeight) : 0))
  if (head) draw(head)
  const most = sheet.height - headHeight
  body.forEach((row, i) => {
    const kept = i === body.length - 1 && total ? heightOf(sheet, total) : 0
    let rest = row
    if (heightOf(sheet, rest) + kept > sheet.room && heightOf(sheet, rest) + kept <= most) startPage()
    while (heightOf(sheet, rest) > sheet.room) {
      const lines = Math.floor((sheet.room - 2 * PAD) / sheet.leading(rest.style))
      if (lines < 2) {
        startPage()
        continue
      }
      draw({ ...rest, cells: rest.cells.map(cell => cell.slice(0, lines)) })
      rest = { ...rest, cells: rest.cells.map(cell => cell.slice(lines)) }
      startPage()
    }
    draw(rest)
  })
  if (total) {
    if (heightOf(sheet, total) > sheet.room) startPage()
    draw(total)
  }
  sheet.y += 6
}

const heightOf = (sheet: Sheet, { cells, style }: Row) =>
  Math.max(1, ...cells.map(({ length }) => length)) * sheet.leading(style) + 2 * PAD

function drawRow(sheet: Sheet, columns: Column[], widths: number[], row: Row, headless: boolean): void {
  const { doc, y } = sheet
  const height = heightOf(sheet, row)
  let x: number = MARGIN.left
  row.cells.forEach((lines, i) => {
    const width = widths[i]!
    const shaded = row.shade || (headless && i === 0)
    doc.lineWidth(0.5).rect(x, y, width, height)
    if (shaded) doc.fillAndStroke(INK.shade, INK.rule)
    else doc.stroke(INK.rule)
    const right = columns[i]?.align === 'right'
    lines.forEach((line, n) => {
      const top = y + PAD + n * sheet.leading(row.style)
      sheet.write(line, right ? x + width - PAD : x + PAD, top, row.style, right ? 'right' : 'left')
    })
    x += width
  })
  sheet.y = y + height
}
