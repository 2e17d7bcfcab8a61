/**
 * Small drawings around a map, for pictures and for paper alike. Lengths are CSS pixels in a picture and points on
 * paper; x to the right, y downwards from the upper left corner.
 */
export interface Drawing {
  width: number
  height: number
  shapes: Shape[]
  texts: DrawnText[]
}

export interface Shape {
  /** An SVG path. */
  path: string
  fill?: string
  stroke?: string
  strokeWidth?: number
}

export interface DrawnText {
  text: string
  /** Where it begins, its middle is, or it ends. */
  x: number
  /** The baseline. */
  y: number
  size: number
  anchor: 'start' | 'middle' | 'end'
  color?: string
  bold?: boolean
  /** From the bottom up instead of from the left to the right. */
  upwards?: boolean
  /** Behind each letter, so that it is read on any ground. */
  halo?: string
}

export const INK = '#1c1f23'
export const PAPER = '#ffffff'
