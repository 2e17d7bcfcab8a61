import type { Language } from '../../lib/errors.ts'
import type { Verdict } from '../answer/judge.ts'

/**
 * A report as it is read: every text is final, every number already printed. HTML and PDF are drawn from this one
 * model, so that they cannot differ.
 */
export interface Report {
  language: Language
  title: string
  subtitle: string
  verdict: { code: Verdict; text: string }
  /** What stands at the foot of every page: id and result hash. */
  stamp: string
  verifyUrl: string
  /** ISO 8601: of the check, not of the report, so that the same check gives the same bytes. */
  createdAt: string
  sections: Section[]
}

export interface Section {
  id: string
  title: string
  blocks: Block[]
}

export type Block =
  | { kind: 'facts'; rows: readonly (readonly [label: string, value: string])[] }
  | { kind: 'table'; columns: Column[]; rows: string[][]; foot?: string[] }
  | { kind: 'text'; lines: string[]; tone: 'plain' | 'warning' | 'quiet' }
  | { kind: 'map'; drawing: Drawing; legend: LegendGroup[] }
  | { kind: 'code'; drawing: Drawing; lines: string[] }

export interface Column {
  title: string
  /** Of the table's width; the columns are scaled to fill it. */
  width: number
  align?: 'right'
}

/** A picture of paths and texts in points (1/72 inch), y downwards; both renderers draw it as it is. */
export interface Drawing {
  title: string
  width: number
  height: number
  /** x, y, width, height: shapes with `clipped` end here. */
  frame: readonly [number, number, number, number]
  shapes: Shape[]
  texts: DrawnText[]
}

export interface Ink {
  fill?: string
  fillOpacity?: number
  stroke?: string
  strokeWidth?: number
  dash?: number[]
}

export interface Shape extends Ink {
  /** An SVG path of M, L and Z (even-odd). */
  path: string
  clipped: boolean
}

export interface DrawnText {
  x: number
  /** Of the baseline. */
  y: number
  text: string
  size: number
  anchor: 'start' | 'middle' | 'end'
  color?: string
  bold?: boolean
  /** White around it, so that it is read over lines. */
  halo?: boolean
  /** Reads upwards. */
  upwards?: boolean
}

export interface LegendGroup {
  title: string
  entries: { text: string; ink: Ink; line: boolean }[]
}
