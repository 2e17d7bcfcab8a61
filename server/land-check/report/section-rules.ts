import { statusNames } from './classes.ts'
import { area, percent } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import type { LegalBasis } from './legal.ts'
import type { Section } from './model.ts'

/** 审查规则: all of them, hit or not, each with the articles it stands on. */
export function rulesSection({ result, language }: ReportInput, say: Say): Section {
  const names = statusNames(say)
  const columns = [
    { title: say('规则', 'Rule'), width: 21 },
    { title: say('状态', 'Status'), width: 10 },
    { title: say('去重面积（㎡）', 'Area (m²)'), width: 15, align: 'right' as const },
    { title: say('说明', 'Finding'), width: 26 },
    { title: say('依据（文件、条款、施行日期）', 'Legal basis (document, article, in force)'), width: 28 }
  ]
  const rows = result.rules.map(rule => [
    `${rule.id}\n${rule.title[language]}`,
    names[rule.status] + (rule.lawStatus === 'inForce' ? '' : `\n${say('草案', 'draft')}`),
    rule.measure && rule.measure.area > 0 ? `${area(rule.measure.area)}\n${percent(rule.measure.share)}` : '—',
    language === 'zh' ? rule.messageZh : rule.messageEn,
    rule.legalBasis.map(basis => citation(basis as LegalBasis, say)).join('\n') || '—'
  ])
  return { id: 'rules', title: say('审查规则', 'Rules'), blocks: [{ kind: 'table', columns, rows }] }
}

function citation({ doc, article, validFrom, validTo }: LegalBasis, say: Say): string {
  const during = [
    validFrom && say(`${validFrom} 起施行`, `in force from ${validFrom}`),
    validTo && say(`至 ${validTo}`, `until ${validTo}`)
  ].filter(Boolean)
  // Titles within a title stand in single marks (GB/T 15834 §4.15.3.2).
  const inner = doc.replaceAll('《', '〈').replaceAll('》', '〉')
  return [say(`《${inner}》${article ?? ''}`, `${doc}${article ? `, ${article}` : ''}`), ...during].join(
    say('，', ', ')
  )
}
