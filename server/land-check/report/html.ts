import { createHash } from 'node:crypto'
import { escapeHtml } from '../../lib/html.ts'
import type { Block, Column, LegendGroup, Report } from './model.ts'
import { inkAttributes, svgOf } from './svg.ts'

export interface HtmlReport {
  body: string
  /** Content-Security-Policy: nothing is loaded, nothing runs, and only this style sheet counts. */
  policy: string
}

/** One document that needs nothing beside itself; printed on A4 it has the hash and page numbers on each page. */
export function htmlReport(report: Report): HtmlReport {
  const style = styleOf(report)
  const { language, title, subtitle, verdict, stamp } = report
  const sections = report.sections.map(
    ({ id, title: heading, blocks }) =>
      `<section id="${id}"><h2>${escapeHtml(heading)}</h2>${blocks.map((block, i) => blockOf(block, `${id}-${i}`)).join('')}</section>`
  )
  const body = `<!DOCTYPE html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(`${title} ${stamp.slice(0, 29)}`)}</title><style>${style}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p><p class="verdict ${verdict.code}">${escapeHtml(verdict.text)}</p></header>
${sections.join('\n')}
<footer>${escapeHtml(stamp)}</footer></body>
</html>
`
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    body,
    policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`
  }
}

function blockOf(block: Block, id: string): string {
  switch (block.kind) {
    case 'facts':
      return `<table class="facts"><tbody>${block.rows.map(([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${text(value)}</td></tr>`).join('')}</tbody></table>`
    case 'table':
      return tableOf(block.columns, block.rows, block.foot)
    case 'text':
      return block.lines.map(line => `<p class="${block.tone}">${text(line)}</p>`).join('')
    case 'map':
      return `<figure>${svgOf(block.drawing, `clip-${id}`)}<figcaption>${block.legend.map(legendOf).join('')}</figcaption></figure>`
    case 'code':
      return `<div class="code">${svgOf(block.drawing, `clip-${id}`)}<div>${block.lines.map(line => `<p>${text(line)}</p>`).join('')}</div></div>`
  }
}

const text = (given: string) => escapeHtml(given).replaceAll('\n', '<br>')

function tableOf(columns: Column[], rows: string[][], foot?: string[]): string {
  const whole = columns.reduce((sum, { width }) => sum + width, 0)
  const cell = (tag: string, value: string, { align }: Column, scope = '') =>
    `<${tag}${scope}${align ? ` class="${align}"` : ''}>${text(value)}</${tag}>`
  const row = (cells: string[]) => `<tr>${columns.map((column, i) => cell('td', cells[i] ?? '', column)).join('')}</tr>`
  const widths = columns.map(({ width }) => `<col width="${Math.round((width / whole) * 1000) / 10}%">`).join('')
  const head = columns.map(column => cell('th', column.title, column, ' scope="col"')).join('')
  return `<table><colgroup>${widths}</colgroup><thead><tr>${head}</tr></thead><tbody>${rows.map(row).join('')}${foot ? row(foot).replace('<tr>', '<tr class="foot">') : ''}</tbody></table>`
}

const legendOf = ({ title, entries }: LegendGroup) =>
  `<div class="legend"><b>${escapeHtml(title)}</b>${entries
    .map(({ text: name, ink, line }) => {
      const path = line ? 'M1 6L19 6' : 'M1.5 1.5L18.5 1.5L18.5 10.5L1.5 10.5Z'
      const swatch = `<svg width="20" height="12" viewBox="0 0 20 12" aria-hidden="true"><path d="${path}"${inkAttributes(ink)}/></svg>`
      return `<span>${swatch}${escapeHtml(name)}</span>`
    })
    .join('')}</div>`

const styleOf = ({ stamp }: Report) => `
@page { size: A4; margin: 18mm 17mm 20mm; @bottom-left { content: "${stamp.replace(/["\\\n]/g, '')}"; font: 7pt sans-serif; color: #555; } @bottom-right { content: counter(page) " / " counter(pages); font: 7pt sans-serif; color: #555; } }
:root { color: #1c1f23; background: #fff; font: 10pt/1.5 "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
body { max-width: 495pt; margin: 24px auto; padding: 0 16px; }
header { border-bottom: 2px solid #1c1f23; padding-bottom: 6px; position: relative; }
h1 { font-size: 18pt; margin: 0; } header p { margin: 2px 0; color: #555; font-size: 8.5pt; overflow-wrap: anywhere; }
.verdict { display: inline-block; font-size: 13pt; font-weight: bold; color: #fff; padding: 2px 14px; border-radius: 3px; margin-top: 6px; }
header .verdict { font-size: 13pt; color: #fff; }
.REJECT { background: #b3261e; } .INDETERMINATE { background: #5f6670; } .REVIEW { background: #8a5a00; } .CONDITIONAL { background: #1d5fa8; } .PASS { background: #1e7a3c; }
h2 { font-size: 12pt; margin: 18px 0 6px; break-after: avoid; }
table { width: 100%; border-collapse: collapse; margin: 6px 0; font-size: 8.5pt; table-layout: fixed; }
th, td { border: 0.5pt solid #9aa0a8; padding: 2.5pt 4pt; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; } thead th { background: #eef1f4; } tr { break-inside: avoid; }
.facts th { width: 24%; background: #f6f7f9; font-weight: normal; } .facts td { width: 76%; }
.right { text-align: right; font-variant-numeric: tabular-nums; } .foot td { font-weight: bold; background: #f6f7f9; }
p { margin: 4px 0; } .quiet { color: #555; font-size: 8pt; } .warning { border: 1pt solid #b3261e; color: #b3261e; padding: 4pt 6pt; font-weight: bold; }
figure { margin: 6px 0; break-inside: avoid; } figure > svg { max-width: 100%; height: auto; }
.legend { font-size: 8pt; margin: 3px 0; } .legend b { display: block; } .legend span { display: inline-block; margin-right: 12px; white-space: nowrap; } .legend svg { vertical-align: -2px; margin-right: 3px; }
.code { display: flex; gap: 12px; break-inside: avoid; font-size: 8pt; overflow-wrap: anywhere; } .code svg { flex: none; } .code > div { min-width: 0; }
footer { margin-top: 24px; border-top: 0.5pt solid #9aa0a8; font-size: 7pt; color: #555; overflow-wrap: anywhere; }
@media print { body { margin: 0; padding: 0 1pt; max-width: none; } footer { display: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`
