import { VERDICT_TEXT } from '../answer/judge.ts'
import type { ResultRow } from './items.ts'

/** A job's results as files: a row or a feature for every item, also for those that were refused. */

/** GeoJSON (RFC 7946): the parcels with what was found in short; without an answer the geometry is null. */
export async function* toGeojson(rows: AsyncIterable<ResultRow>): AsyncGenerator<string> {
  yield '{"type":"FeatureCollection","features":['
  let separator = '\n'
  for await (const row of rows) {
    const { geometry, ...properties } = flat(row)
    yield separator + JSON.stringify({ type: 'Feature', id: properties.item, geometry, properties })
    separator = ',\n'
  }
  yield '\n]}\n'
}

const COLUMNS = [
  'item',
  'label',
  'state',
  'verdict',
  'verdictZh',
  'landCheck',
  'duplicateOf',
  'areaPlanar',
  'forbidden',
  'restricted',
  'buildable',
  'uncovered',
  'reasons',
  'problemCode',
  'problem'
] as const

/** CSV (RFC 4180) in UTF-8; the mark at its beginning has spreadsheet programs read it as such. */
export async function* toCsv(rows: AsyncIterable<ResultRow>): AsyncGenerator<string> {
  yield `\ufeff${COLUMNS.join(',')}\r\n`
  for await (const row of rows) {
    const values = flat(row)
    yield `${COLUMNS.map(column => csvCell(values[column])).join(',')}\r\n`
  }
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet program would take such a text for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function flat({ net, reasons, problem, ...row }: ResultRow) {
  const { item, label, state, verdict, landCheck, duplicateOf, areaPlanar, geometry } = row
  const area = (land: string) => net?.find(part => part.class === land)?.area ?? null
  const messages = problem?.['messages'] as { zh: string } | undefined
  return {
    ...{ item, label, state, verdict, landCheck, duplicateOf, areaPlanar, geometry },
    verdictZh: verdict ? VERDICT_TEXT[verdict as keyof typeof VERDICT_TEXT].zh : null,
    forbidden: area('forbidden'),
    restricted: area('restricted'),
    buildable: area('buildable'),
    uncovered: area('uncovered'),
    reasons: reasons ? [...new Set(reasons.map(({ code }) => code))].join(' ') : null,
    problemCode: problem ? String(problem['code']) : null,
    problem: messages?.zh ?? null
  }
}
