import type { Field } from '../catalog/layer.ts'

/** A value made to fit a field; `bad` where it does not. */
export type Coerced = { value: string | number | boolean | null; bad?: undefined } | { bad: true }

const BAD: Coerced = { bad: true }
const EMPTY: Coerced = { value: null }

/**
 * Turns what a file holds into the type of a field, strictly: what does not clearly fit is bad, never guessed. Empty
 * text is null (a DBF knows no other null). Times without a zone are Chinese standard time (UTC+8).
 */
export function coerce(type: Field['type'], given: unknown): Coerced {
  if (given === null || given === undefined || given === '') return EMPTY
  const value = typeof given === 'object' ? JSON.stringify(given) : (given as string | number | boolean)
  const text = String(value).trim()
  if (text === '') return EMPTY
  switch (type) {
    case 'text':
    case 'code':
      // PostgreSQL's text holds every character but U+0000.
      return imprecise(value) || text.includes('\0') ? BAD : { value: typeof value === 'string' ? value : text }
    case 'integer':
      return /^[+-]?\d+(\.0+)?$/.test(text) && Number.isSafeInteger(Number(text)) ? { value: Number(text) } : BAD
    case 'number':
      return typeof value !== 'boolean' &&
        /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) &&
        Number.isFinite(Number(text))
        ? { value: Number(text) }
        : BAD
    case 'boolean':
      return boolean(text)
    case 'date':
      return date(text)
    case 'datetime':
      return datetime(text)
  }
}

/** A whole number beyond 2^53 has lost digits on the way: an identifier must be text. */
export const imprecise = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)

function boolean(text: string): Coerced {
  if (/^(true|t|yes|y|1|是)$/i.test(text)) return { value: true }
  if (/^(false|f|no|n|0|否)$/i.test(text)) return { value: false }
  return BAD
}

const DAY = /^(\d{4})([-/]?)(\d{2})\2(\d{2})$/

function date(text: string): Coerced {
  const [, year, , month, day] = DAY.exec(text) ?? []
  if (!year || !month || !day) return BAD
  const iso = `${year}-${month}-${day}`
  const parsed = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(iso) ? { value: iso } : BAD
}

const MOMENT = /^(\d{4}[-/]\d{2}[-/]\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i

function datetime(text: string): Coerced {
  const [, day = text, time = '00:00', zone = '+08:00'] = MOMENT.exec(text) ?? []
  const onDay = date(day)
  if (onDay.bad || typeof onDay.value !== 'string') return BAD
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  const moment = new Date(`${onDay.value}T${time}${offset.toUpperCase()}`)
  return Number.isNaN(moment.getTime()) ? BAD : { value: moment.toISOString() }
}
