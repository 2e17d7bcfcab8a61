import type { Language } from '../../lib/errors.ts'
import type { ClassValue } from './field-values.ts'

const MOST_TITLES = 3

/**
 * A few are named each; of many the first ones, unless all that the style does not name look so, too. A code that
 * others begin with stands for those.
 */
export function titleOfValues(all: readonly ClassValue[], language: Language): string {
  const rest = all.find(({ isOther }) => isOther)
  const values = all.filter(({ value }) => !all.some(other => isWithin(value, other.value)))
  if (rest && values.length > MOST_TITLES) return rest.title
  const titles = [...new Set(values.map(({ title }) => title))]
  const named = titles.slice(0, MOST_TITLES).join(language === 'zh' ? '、' : ', ')
  if (titles.length <= MOST_TITLES) return named
  return language === 'zh' ? `${named}等 ${titles.length} 类` : `${named} and ${titles.length - MOST_TITLES} more`
}

const isWithin = (code: unknown, other: unknown): boolean =>
  typeof code === 'string' && typeof other === 'string' && code !== other && other !== '' && code.startsWith(other)
