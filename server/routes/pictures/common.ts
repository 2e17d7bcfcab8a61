import type { PictureLayer } from '../../maps/picture.ts'
import type { Shown } from '../picture-ask.ts'
import type { Where } from './parse-ask.ts'

/** What pictures and sheets are alike in. */
export interface PictureCommon {
  where: Where
  shown: Shown
  /** How far the data reach: west, south, east, north in degrees. */
  all: readonly number[]
  overlay: PictureLayer<never>[]
  background: string | null
  /** Whom the data come from. */
  attribution: string
  cacheControl: string
  /** Aborted when the client has left. */
  signal: AbortSignal
}
