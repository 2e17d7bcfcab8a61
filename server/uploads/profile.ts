import type { Geometry } from 'geojson'
import type { Field } from '../catalog/layer.ts'
import { coerce } from './coerce.ts'
import type { SourceFeature } from './features.ts'

export type SimpleType = Exclude<Field['type'], 'code'>

/** What the values of one property have in common over all features. */
export interface Column {
  name: string
  /** Features where it has a value. */
  filled: number
  /** The narrowest type every value fits; text where there is none. */
  type: SimpleType
  /** No value occurs twice. */
  unique: boolean
}

export interface Profile {
  features: number
  columns: Column[]
  geometryTypes: Set<Geometry['type']>
  /** Some position has a third number. */
  hasZ: boolean
}

/** Candidate types from narrow to wide, by what JSON type the value came as. */
const TEXT_TYPES = ['date', 'datetime'] as const
const MAX_UNIQUE = 2_000_000

interface Counter extends Column {
  candidates: Set<SimpleType>
  seen: Set<string> | undefined
}

/** Gathers the profile of features as they pass by. */
export class Profiler {
  readonly #columns = new Map<string, Counter>()
  readonly #types = new Set<Geometry['type']>()
  readonly #fractions: ReadonlySet<string>
  #features = 0
  #hasZ = false

  /** @param numberFields names of properties that are numbers with fractions even if every value is whole */
  constructor(numberFields: string[]) {
    this.#fractions = new Set(numberFields)
  }

  add({ properties, geometry }: SourceFeature): void {
    this.#features++
    if (geometry) {
      this.#types.add(geometry.type)
      this.#hasZ ||= hasThird(geometry)
    }
    for (const [name, value] of Object.entries(properties)) this.#count(name, value)
  }

  #count(name: string, value: unknown): void {
    const column = this.#columns.get(name) ?? this.#begin(name)
    if (value === null || value === undefined || value === '') return
    column.filled++
    const fitting = typesOf(value, this.#fractions.has(name))
    if (column.filled === 1) for (const type of fitting) column.candidates.add(type)
    else for (const type of column.candidates) if (!fitting.includes(type)) column.candidates.delete(type)
    if (!column.seen) return
    const text = String(value)
    if (column.seen.has(text) || column.seen.size >= MAX_UNIQUE) column.seen = undefined
    else column.seen.add(text)
  }

  #begin(name: string): Counter {
    const column: Counter = { name, filled: 0, type: 'text', unique: true, candidates: new Set(), seen: new Set() }
    this.#columns.set(name, column)
    return column
  }

  result(): Profile {
    const columns = [...this.#columns.values()].map(({ name, filled, candidates, seen }) => {
      const narrowest: SimpleType = [...candidates][0] ?? 'text'
      const type: SimpleType = narrowest === 'integer' && this.#fractions.has(name) ? 'number' : narrowest
      return { name, filled, type, unique: seen !== undefined }
    })
    return { features: this.#features, columns, geometryTypes: this.#types, hasZ: this.#hasZ }
  }
}

/** The types a value may have, narrowest first. Digits in text stay text: codes begin with 0. */
function typesOf(value: unknown, hasFractions: boolean): SimpleType[] {
  if (typeof value === 'boolean') return ['boolean', 'text']
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return ['integer', 'number', 'text']
    // Whole and beyond 2^53: an identifier that lost digits on the way, unless the column holds measurements.
    return Number.isInteger(value) && !hasFractions ? ['text'] : ['number', 'text']
  }
  if (typeof value !== 'string') return ['text']
  const fitting: SimpleType[] = /[-/]/.test(value) ? TEXT_TYPES.filter(type => !coerce(type, value).bad) : []
  return [...fitting, 'text']
}

/** Whether the first position of a geometry has a third number; a file is 3D throughout or not at all. */
function hasThird(geometry: Geometry): boolean {
  let inner: unknown = 'coordinates' in geometry ? geometry.coordinates : undefined
  while (Array.isArray(inner) && Array.isArray(inner[0])) inner = inner[0]
  return Array.isArray(inner) && inner.length > 2
}
