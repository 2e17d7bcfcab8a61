import { createHash } from 'node:crypto'
import type { Language } from '../../lib/errors.ts'
import { escapeHtml } from '../../lib/html.ts'
import { VERDICT_TEXT, VERDICTS } from '../answer/judge.ts'
import type { Glance } from '../trust/verify.ts'
import type { HtmlReport } from './html.ts'
import { sayIn } from './input.ts'

const STYLE = `:root { font: 16px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #1c1f23; }
body { max-width: 36em; margin: 3em auto; padding: 0 1em; } h1 { font-size: 1.3em; }
.yes, .no { color: #fff; padding: .4em .8em; border-radius: 4px; font-weight: bold; } .yes { background: #1e7a3c; } .no { background: #b3261e; }
dt { color: #555; } dd { margin: 0 0 .6em; overflow-wrap: anywhere; }`

/** What the QR code of a report leads to: whether its hash is that of the answer kept under its id. */
export function verifyPage(id: string, hash: string | undefined, glance: Glance, language: Language): HtmlReport {
  const say = sayIn(language)
  const [tone, line] = lineOf(glance, say)
  const verdict = VERDICTS.find(code => code === glance.verdict)
  const facts = [
    [say('编号', 'Id'), id],
    [say('报告上的结果哈希', 'Result hash on the report'), hash],
    [say('审查时间', 'Checked at'), glance.createdAt],
    [say('审查结论', 'Verdict'), verdict && VERDICT_TEXT[verdict][language]]
  ] as const
  const title = say('用地审查报告核验', 'Verification of a land-check report')
  const list = facts.map(([label, value]) => (value ? `<dt>${label}</dt><dd>${escapeHtml(value)}</dd>` : '')).join('')
  const body = `<!DOCTYPE html>
<html lang="${say('zh-CN', 'en')}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><p class="${tone}">${line}</p><dl>${list}</dl></body>
</html>
`
  const styleHash = createHash('sha256').update(STYLE).digest('base64')
  return { body, policy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'` }
}

function lineOf({ exists, matches }: Glance, say: ReturnType<typeof sayIn>): [tone: 'yes' | 'no', line: string] {
  if (!exists) return ['no', say('没有这个编号的审查。', 'There is no land-check of this id.')]
  if (matches === null)
    return [
      'yes',
      say('有此审查；未给出哈希，无法核对内容。', 'There is such a land-check; no hash was given to compare.')
    ]
  return matches
    ? ['yes', say('与存档一致。', 'This report agrees with what is kept.')]
    : [
        'no',
        say('与存档不一致：报告可能被改动。', 'This report does not agree with what is kept: it may have been altered.')
      ]
}
