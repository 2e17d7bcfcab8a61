import { computed, ref, watchEffect } from 'vue'
import type { Text } from '../api/types.ts'
import { dictionary, type Phrase } from './dictionary.ts'

export type Language = keyof Text

const KEY = 'yitu.language'

const remembered = (): Language => {
  const stored = localStorage.getItem(KEY)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** The language of the whole console. */
export const language = ref<Language>(remembered())

watchEffect(() => {
  localStorage.setItem(KEY, language.value)
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
  document.title = dictionary['app.title'][language.value]
})

/** A phrase of the dictionary; `{word}` is filled from the values. */
export function t(phrase: Phrase, values: Record<string, unknown> = {}): string {
  return dictionary[phrase][language.value].replace(/\{(\w+)\}/g, (_, word) => String(values[word] ?? ''))
}

/** A text that came in both languages. */
export const tr = (text: Text | undefined): string => text?.[language.value] ?? ''

export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : 'en-GB'))

/** A number with its thousands grouped; with `digits`, exactly that many decimals. */
export function formatNumber(value: number, digits?: number): string {
  const options = { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 6 }
  return new Intl.NumberFormat(locale.value, options).format(value)
}

/** A moment in the local time of the reader; a day (YYYY-MM-DD) stays that day everywhere. */
export function formatDate(value: string): string {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  const date = day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])) : new Date(value)
  if (Number.isNaN(date.getTime())) return value
  return new Intl.DateTimeFormat(locale.value, {
    dateStyle: 'medium',
    ...(day ? {} : { timeStyle: 'short' })
  }).format(date)
}
