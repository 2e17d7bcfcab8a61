/** What the server answers, as far as the console reads it. */

export interface Text {
  zh: string
  en: string
}

export type Role = 'reader' | 'checker' | 'publisher' | 'admin'
export interface Principal {
  role: Role
  label: string
}

export type Bounds = [west: number, south: number, east: number, north: number]
export type Sharing = 'open' | 'conditional' | 'restricted'

export interface Theme {
  id: string
  title: Text
}

export interface LayerSummary {
  id: string
  theme: string
  title: Text
  description?: Text
  department: { id: string; title: Text }
  geometry: string
  sharing: Sharing
  zoom: { min: number; max: number }
  standard: string
  origin: 'file' | 'upload'
  synthetic?: boolean
  revision: number
  featureCount: number
  bounds: Bounds | null
  updatedAt: string | null
}

export interface Field {
  name: string
  type: 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime' | 'code'
  title: Text
  codelist?: string
}

export interface LayerDetail extends LayerSummary {
  fields: Field[]
}

export interface CodeList {
  id: string
  title: Text
  codes: { code: string; title: Text; color?: string }[]
}
