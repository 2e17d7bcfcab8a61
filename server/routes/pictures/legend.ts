import type { FastifyInstance } from 'fastify'
import type { Language } from '../../lib/errors.ts'
import { iconSheet } from '../../maps/icon-sheet.ts'
import type { LegendEntry } from '../../maps/legend/describe-legend.ts'
import { drawLegend } from '../../maps/legend/draw-legend.ts'
import type { Shown } from '../picture-ask.ts'

/** The lines of the legend of what a picture shows at a zoom; legends are kept by zoom, so it is one of a few. */
export const legendLines = (app: FastifyInstance, { collection, style }: Shown, language: Language, zoom: number) =>
  app.legends.lines({
    shown: [{ collection, ...(style !== undefined && { style }) }],
    language,
    zoom: Math.floor(zoom * 4) / 4
  })

/** Draws parts of it as PNG, at so many pixels to a CSS pixel. */
export function legendPen(app: FastifyInstance, { collection }: Shown, pixelRatio: number) {
  return async (entries: readonly LegendEntry[]): Promise<Buffer> => {
    const sheet = await iconSheet(app.sprites, collection.tone === 'grey', pixelRatio)
    const { bytes } = await drawLegend(entries, { type: 'image/png', pixelRatio, sheet })
    return bytes
  }
}
