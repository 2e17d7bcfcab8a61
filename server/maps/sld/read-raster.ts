import type { Reading } from './notes.ts'
import { type Draft, noteIgnored, numberOf, without } from './read-parameters.ts'
import { below, type XmlNode } from './xml-tree.ts'

/** What a `RasterSymbolizer` makes of numbers or of bands: our pictures are colours already. */
const OF_NUMBERS = [
  'ChannelSelection',
  'OverlapBehavior',
  'ColorMap',
  'ContrastEnhancement',
  'ShadedRelief',
  'ImageOutline'
]

/** A `RasterSymbolizer` (SE 1.1 §11.6): its opacity. */
export function readRaster(reading: Reading, symbolizer: XmlNode): Draft {
  noteIgnored(reading, symbolizer, ...OF_NUMBERS)
  const opacity = numberOf(reading, below(symbolizer, 'Opacity'), 1)
  const paint = without({ 'raster-opacity': opacity }, { 'raster-opacity': 1 })
  return { role: 'raster', type: 'raster', atLabelPoint: false, layout: {}, paint }
}
