import type { SKRSContext2D } from '@napi-rs/canvas'
import { collectSymbols } from './collect.ts'
import { placeSymbols } from './place.ts'
import { SymbolPen } from './symbol-pen.ts'
import type { SymbolLayer, SymbolSheet } from './symbols.ts'

/**
 * Draws all symbols of a picture.
 * @param layers from the lowest to the top one
 * @param context of a canvas as large as the picture, `pixelRatio` counted in; its settings are left changed
 * @returns how many symbols were drawn
 */
export function drawSymbols(context: SKRSContext2D, layers: readonly SymbolLayer[], sheet: SymbolSheet): number {
  const candidates = layers.map(layer => collectSymbols(layer, sheet))
  const placed = placeSymbols(candidates, sheet)
  let count = 0
  for (const [i, symbols] of placed.entries()) {
    if (symbols.length === 0) continue
    const pen = new SymbolPen(context, sheet.pixelRatio, layers[i]!.sprites)
    for (const symbol of symbols) pen.icon(symbol)
    for (const symbol of symbols) pen.text(symbol)
    count += symbols.length
  }
  return count
}
