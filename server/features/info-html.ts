import { createHash } from 'node:crypto'
import type { Language } from '../lib/errors.ts'
import { escapeHtml } from '../lib/html.ts'
import { type DescribedFeature, spelledOut } from './describe-feature.ts'

const WORDS = {
  zh: { lang: 'zh-CN', title: '要素信息', none: '此处没有要素。' },
  en: { lang: 'en', title: 'Feature information', none: 'There is nothing here.' }
}

const STYLE = [
  'body{margin:8px;font:13px/1.5 "Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1c1f23}',
  'table{border-collapse:collapse;margin:0 0 12px;min-width:240px}',
  'caption{font-weight:bold;text-align:left;padding:4px 0}',
  'th,td{border:1px solid #d5dae0;padding:3px 8px;text-align:left;vertical-align:top}',
  'th{background:#f2f4f7;font-weight:normal;white-space:nowrap}',
  'td{overflow-wrap:anywhere}'
].join('')

/** What the page may load: nothing but its own style. */
export const HTML_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors *; sandbox`

/** Features as a page: a table each. All that comes from data is text in it, addresses of pages too. */
export function infoHtml(features: readonly DescribedFeature[], language: Language): string {
  const { lang, title, none } = WORDS[language]
  const tables = features.map(({ layer, featureId, values }) => {
    const rows = values.map(
      value => `<tr><th>${escapeHtml(value.title)}</th><td>${escapeHtml(spelledOut(value, language))}</td></tr>`
    )
    return `<table><caption>${escapeHtml(layer.title)} ${escapeHtml(featureId)}</caption>${rows.join('')}</table>`
  })
  const body = tables.length > 0 ? tables.join('\n') : `<p>${none}</p>`
  return `<!DOCTYPE html>
<html lang="${lang}"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>
<body>
${body}
</body></html>
`
}
