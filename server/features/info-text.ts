import type { Language } from '../lib/errors.ts'
import { type DescribedFeature, spelledOut } from './describe-feature.ts'

const WORDS = {
  zh: { none: '此处没有要素。', colon: '\uff1a' },
  en: { none: 'There is nothing here.', colon: ': ' }
}

/** What would break a line, or move the cursor of a terminal. */
const CONTROL = /\p{Cc}+/gu

/** Features as plain text: a heading each, then a line a field. */
export function infoText(features: readonly DescribedFeature[], language: Language): string {
  const { none, colon } = WORDS[language]
  if (features.length === 0) return `${none}\n`
  const plain = (text: string) => text.replace(CONTROL, ' ')
  const blocks = features.map(feature => [
    plain(`${feature.layer.title} ${feature.featureId}`),
    ...feature.values.map(value => plain(`  ${value.title}${colon}${spelledOut(value, language)}`))
  ])
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`
}
