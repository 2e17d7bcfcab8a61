import type { Layer } from '../catalog/layer.ts'
import type { CodeList } from '../catalog/shared.ts'
import type { Queryable } from '../lib/sql.ts'
import { writeWkb } from '../lib/wkb.ts'
import { coerce, imprecise } from './coerce.ts'
import type { SourceFeature } from './features.ts'
import type { Mapped } from './infer.ts'
import { addIssue, type Report } from './report.ts'
import { type StagedRow, stageRows } from './staging.ts'

const BATCH_ROWS = 1000
const BATCH_BYTES = 8 * 1024 * 1024

export interface StageOptions {
  stagingId: string
  mapped: Mapped[]
  codeLists: ReadonlyMap<string, CodeList>
  /** Told after every batch how many features were read. */
  progress(read: number): Promise<void>
}

/**
 * Stages features whose values fit the layer; what does not fit goes into the report by feature, field and value.
 * Features with an error are not staged: nothing of the upload will be published then.
 */
export async function stageFeatures(
  db: Queryable,
  layer: Layer,
  features: AsyncIterable<SourceFeature>,
  report: Report,
  o: StageOptions
): Promise<void> {
  const codes = codesOf(layer, o.codeLists)
  let batch: StagedRow[] = []
  let bytes = 0
  let read = 0
  const flush = async () => {
    await stageRows(db, layer, o.stagingId, batch)
    batch = []
    bytes = 0
    await o.progress(read)
  }
  for await (const feature of features) {
    read++
    const row = toRow(feature, o.mapped, codes, report)
    if (!row) continue
    batch.push(row)
    bytes += row.geometry.length
    if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush()
  }
  await flush()
}

const LOST_DIGITS = {
  zh: '整数超过 2^53，数字已丢失精度；标识请以文本保存',
  en: 'A whole number beyond 2^53 has lost digits; keep identifiers as text'
}

type Codes = Map<string, { open: boolean; known: Set<string> }>

function codesOf(layer: Layer, codeLists: ReadonlyMap<string, CodeList>): Codes {
  return new Map(
    layer.fields.flatMap(({ name, codelist }) => {
      const list = codelist && codeLists.get(codelist)
      return list ? [[name, { open: list.open, known: new Set(list.codes.map(({ code }) => code)) }]] : []
    })
  )
}

function toRow(feature: SourceFeature, mapped: Mapped[], codes: Codes, report: Report): StagedRow | undefined {
  const { index, properties, geometry } = feature
  const before = report.errors
  const values = mapped.map(({ field, from, numbered }) => {
    const given = numbered ? index + 1 : from === null ? null : properties[from]
    const coerced = coerce(field.type, given)
    const at = { index, field: field.name, value: String(given) }
    if (coerced.bad) {
      addIssue(report, {
        ...at,
        kind: 'bad-value',
        severity: 'error',
        message: imprecise(given)
          ? LOST_DIGITS
          : { zh: `“${field.title.zh}” 须为 ${field.type}`, en: `${field.name} must be ${field.type}` }
      })
      return null
    }
    const list = codes.get(field.name)
    if (list && coerced.value !== null && !list.known.has(String(coerced.value))) {
      addIssue(report, {
        ...at,
        kind: 'unknown-code',
        severity: list.open ? 'warning' : 'error',
        message: { zh: `代码表 ${field.codelist} 中没有此代码`, en: `The code list ${field.codelist} has no such code` }
      })
    }
    return coerced.value
  })
  const key = values[0]
  const named = key === null || key === undefined ? {} : { featureId: String(key) }
  if (key === null && report.errors === before) {
    const name = mapped[0]?.field.name
    const message = { zh: `缺少业务标识 ${name}`, en: `The business key ${name} is missing` }
    addIssue(report, { kind: 'missing-key', severity: 'error', index, message })
  }
  if (!geometry) {
    const message = { zh: '没有几何', en: 'There is no geometry' }
    addIssue(report, { kind: 'no-geometry', severity: 'error', index, ...named, message })
    return undefined
  }
  return report.errors === before ? { index, geometry: writeWkb(geometry), values, ...named } : undefined
}
