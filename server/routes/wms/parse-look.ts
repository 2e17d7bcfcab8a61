import type { Kvp } from '../../lib/kvp.ts'
import type { PictureType } from '../../maps/picture.ts'
import { readMapFormat } from './formats.ts'
import { invalid, missing } from './problems.ts'

/** What a map is drawn on, and sent as. */
export interface Look {
  type: PictureType
  transparent: boolean
  /** `#rrggbb`; undefined: none was asked for. */
  color: string | undefined
}

const WHITE = '#ffffff'

/**
 * Reads FORMAT, TRANSPARENT and BGCOLOR (OGC 06-042 §7.3.3.7, §7.3.3.9, §7.3.3.10).
 * @throws InvalidFormat, and reports without a code
 */
export function parseLook(kvp: Kvp): Look {
  const format = kvp.get('format')
  if (!format) throw missing('FORMAT')
  const type = readMapFormat(format)
  const transparent = kvp.get('transparent') || 'FALSE'
  if (!/^(true|false)$/i.test(transparent)) throw invalid('TRANSPARENT', transparent, 'TRUE, FALSE')
  return { type, transparent: /^true$/i.test(transparent) && type !== 'image/jpeg', color: readColor(kvp) }
}

function readColor(kvp: Kvp): string | undefined {
  const value = kvp.get('bgcolor')
  if (!value) return undefined
  const digits = /^(?:0x|#)([0-9a-f]{6})$/i.exec(value)?.[1]
  if (!digits) throw invalid('BGCOLOR', value, '0xRRGGBB')
  return `#${digits.toLowerCase()}`
}

/** The colour behind a map: white unless another is asked for, also behind maps that have one of their own; null: none. */
export const backgroundOf = ({ transparent, color }: Look): string | null => (transparent ? null : (color ?? WHITE))
