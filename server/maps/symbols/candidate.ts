import type { CanvasColor } from './canvas-color.ts'
import type { Overlap } from './collision-grid.ts'
import type { Path } from './path.ts'
import type { ShapedIcon } from './shape-icon.ts'
import type { ShapedText } from './shape-text.ts'

export type WritingMode = 'horizontal' | 'vertical'

/** What is the same for all symbols of a style layer. */
export interface LayerRules {
  textOverlap: Overlap
  iconOverlap: Overlap
  textIgnored: boolean
  iconIgnored: boolean
  textOptional: boolean
  iconOptional: boolean
  keepUpright: boolean
  iconKeepUpright: boolean
  avoidEdges: boolean
  textPadding: number
  /** Ways in which a text at a point may be written, the best first. */
  writingModes: readonly WritingMode[]
  /** Labels with the same text keep this far apart along lines; 0: where they please. */
  repeatDistance: number
  zOrder: 'viewport-y' | 'source'
  textTranslate: readonly [number, number]
  iconTranslate: readonly [number, number]
}

/** A symbol that could be drawn: a text, an icon or both, at one place. */
export interface Candidate {
  rules: LayerRules
  x: number
  y: number
  /** Where labels of one feature are to be told apart from those of others; null: each is drawn. */
  once: string | null
  sortKey: number
  text: CandidateText | null
  icon: CandidateIcon | null
  /** The box of its tile, for symbols that are not to cross it. */
  tileBox: readonly [number, number, number, number] | null
}

export interface CandidateText {
  /** The text set around each anchor that may be tried, the best first. */
  choices: readonly TextChoice[]
  /** Pixels an em has. */
  size: number
  /** Radians, clockwise. */
  rotation: number
  /** Along what it is written; null: straight. */
  along: Along | null
  paint: TextPaint
}

export interface TextChoice {
  shape: ShapedText
  /** In pixels. */
  offset: readonly [number, number]
  /** The icon that is fitted to the text set so. */
  icon: ShapedIcon | null
}

export interface Along {
  path: Path
  /** How far along the path the anchor lies. */
  distance: number
}

export interface CandidateIcon {
  shape: ShapedIcon
  rotation: number
  /** top, right, bottom, left */
  padding: readonly [number, number, number, number]
  opacity: number
}

export interface TextPaint {
  color: CanvasColor
  opacity: number
  haloColor: CanvasColor
  haloWidth: number
  haloBlur: number
}
