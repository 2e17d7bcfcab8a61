import type { Drawing } from '../ornaments/drawing.ts'
import type { Box } from './paper.ts'

/** A page, ready to be written: what stands where. Points from the upper left corner. */
export interface Sheet {
  page: { width: number; height: number }
  /** Of the document. */
  title: string
  language: 'zh' | 'en'
  /** ISO 8601; when it was made, as the document says. */
  createdAt: string
  images: PlacedImage[]
  drawings: PlacedDrawing[]
}

export interface PlacedImage extends Box {
  /** PNG without transparency, or JPEG. */
  bytes: Uint8Array
}

export interface PlacedDrawing {
  x: number
  y: number
  drawing: Drawing
}
