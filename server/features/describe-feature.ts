import type { Geometry } from 'geojson'
import { DIVISION_FIELD } from '../catalog/divisions.ts'
import type { Field } from '../catalog/layer.ts'
import type { CodeList } from '../catalog/shared.ts'
import type { Language } from '../lib/errors.ts'
import type { FoundFeature } from './at-point.ts'

/** A field of a feature, for a reader. */
export interface DescribedValue {
  name: string
  title: string
  /** As it is kept: of a code the code. */
  value: string | number | boolean | null
  /** In words: of a code what it stands for; empty where there is no value. */
  text: string
  /** The value is a code. */
  isCode: boolean
}

/** A feature for a reader: with titles, and codes spelled out. */
export interface DescribedFeature {
  /** `<layer>.<feature>` */
  id: string
  featureId: string
  layer: { id: string; title: string; revision: number }
  values: DescribedValue[]
  validFrom: string | null
  validTo: string | null
  geometry: Geometry
}

/** What codes stand for. */
export interface Vocabulary {
  codeLists: ReadonlyMap<string, CodeList>
  /** Names of divisions by their 12-digit codes. */
  divisions: ReadonlyMap<string, string>
  language: Language
}

const TRUTH = { true: { zh: '是', en: 'yes' }, false: { zh: '否', en: 'no' } }

export function describeFeature(found: FoundFeature, vocabulary: Vocabulary): DescribedFeature {
  const { layer, revision, featureId, validFrom, validTo, geometry } = found
  const { language } = vocabulary
  return {
    id: `${layer.id}.${featureId}`,
    featureId,
    layer: { id: layer.id, title: layer.title[language], revision },
    values: layer.fields
      .filter(field => field.name in found.values)
      .map(field => {
        const { name, title } = field
        const value = (found.values[name] ?? null) as DescribedValue['value']
        const text = textOf(field, value, vocabulary)
        return { name, title: title[language], value, text, isCode: isCode(field) }
      }),
    validFrom,
    validTo,
    geometry
  }
}

/** A day's time is told as it is in China. */
const CHINA = { timeZone: 'Asia/Shanghai', hour12: false } as const
const instants = new Intl.DateTimeFormat('sv-SE', { ...CHINA, dateStyle: 'short', timeStyle: 'medium' })

function textOf(field: Field, value: DescribedValue['value'], { codeLists, divisions, language }: Vocabulary): string {
  if (value === null) return ''
  if (field.type === 'boolean') return TRUTH[value === true ? 'true' : 'false'][language]
  if (field.type === 'datetime') return instants.format(new Date(String(value)))
  const text = String(value)
  if (field.name === DIVISION_FIELD) return divisions.get(text) ?? text
  const list = field.codelist === undefined ? undefined : codeLists.get(field.codelist)
  return list?.codes.find(({ code }) => code === text)?.title[language] ?? text
}

const isCode = ({ name, codelist }: Field): boolean => codelist !== undefined || name === DIVISION_FIELD

/** A value in words, with the code that they stand for. */
export function spelledOut({ value, text, isCode }: DescribedValue, language: Language): string {
  if (!isCode || text === String(value) || value === null) return text
  return language === 'zh' ? `${text}（${value}）` : `${text} (${value})`
}
