export type Cell = string | number | undefined

/** Prints columns as wide as their widest cell, numbers to the right. */
export function table(title: string, head: string[], rows: Cell[][]): void {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map(row => String(row[i] ?? '').length)))
  const line = (cells: Cell[]) =>
    cells
      .map((cell, i) => (typeof cell === 'string' ? cell.padEnd(widths[i]!) : String(cell ?? '').padStart(widths[i]!)))
      .join('  ')
  console.log([title, line(head), ...rows.map(line), ''].join('\n'))
}
