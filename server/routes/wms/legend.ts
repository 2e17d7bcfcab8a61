import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Language } from '../../lib/errors.ts'
import { strongEtag } from '../../lib/etag.ts'
import { type Kvp, listOf } from '../../lib/kvp.ts'
import { MERCATOR_SIDE } from '../../lib/picture-crs.ts'
import type { LegendAsk, LegendPicture } from '../../maps/legend/legend-ask.ts'
import { legendJson } from '../../maps/legend/legend-json.ts'
import { SWATCH } from '../../maps/legend/legend-layout.ts'
import { audience } from '../../tiles/tileset.ts'
import { type AskedLayer, findLayer, MAX_LAYERS } from './find-layers.ts'
import { MAP_FORMATS } from './formats.ts'
import type { OperationMaker } from './operation.ts'
import { MAX_PIXELS } from './parse-frame.ts'
import { backgroundOf, parseLook } from './parse-look.ts'
import { beyondLimit, invalid, missing, noOperation, overfull } from './problems.ts'
import { PIXEL_METRES } from './scales.ts'

const JSON_TYPES = ['application/json', 'text/json']

/** Formats of legends, as capabilities list them. */
export const LEGEND_FORMATS: readonly string[] = [...MAP_FORMATS, 'application/json']

/**
 * Answers GetLegendGraphic (OGC 05-078r4 §12): LAYER, or several in LAYERS; STYLE, FORMAT, SCALE, WIDTH and HEIGHT of
 * the picture before each title, TRANSPARENT, BGCOLOR, LANGUAGE, and `DPI` of 192 for fine screens.
 */
export const legendReply: OperationMaker =
  app =>
  async (request, reply, kvp): Promise<FastifyReply> => {
    const foreign = ['sld', 'sld_body'].find(name => kvp.get(name))
    if (foreign) throw noOperation(foreign.toUpperCase())
    const layers = readLayers(app, request, kvp)
    const ask: LegendAsk = {
      shown: layers.map(({ shown: { collection, style } }) => ({ collection, ...(style && { style }) })),
      language: readLanguage(kvp) ?? request.language,
      ...readZoom(kvp)
    }
    request.served = layers.map(({ name }) => name).join()
    const kept = `${audience(layers.flatMap(({ shown }) => shown.collection.members))}no-cache`
    reply.header('vary', 'Accept-Language')
    const format = kvp.get('format') || 'image/png'
    if (JSON_TYPES.includes(format.toLowerCase())) {
      const body = JSON.stringify(legendJson(app.legends.describe(ask)))
      if (reply.unchanged(strongEtag(body), kept)) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
    const picture = readPicture(new Map([...kvp, ['format', format]]), ask)
    const { width, height } = app.legends.size(ask, picture.swatch)
    const pixels = width * height * (picture.pixelRatio ?? 1) ** 2
    if (pixels > MAX_PIXELS) throw beyondLimit('WIDTH × HEIGHT', pixels, MAX_PIXELS)
    if (reply.unchanged(strongEtag(app.legends.key(picture)), kept)) return reply
    return reply.type(picture.type).send((await app.legends.draw(picture)).bytes)
  }

/** How large a legend becomes; null where there is nothing in it, as of pictures. */
export const legendSizeOf = (app: FastifyInstance, ask: LegendAsk) =>
  app.legends.lines(ask).length > 0 ? app.legends.size(ask) : null

/** @throws LayerNotDefined, StyleNotDefined, and reports without a code */
function readLayers(app: FastifyInstance, request: FastifyRequest, kvp: Kvp): AskedLayer[] {
  const names = listOf(kvp.get('layer') || kvp.get('layers') || '')
  if (names.length === 1 && names[0] === '') throw missing('LAYER')
  if (names.length > MAX_LAYERS) throw overfull(names.length, MAX_LAYERS)
  const styles = listOf(kvp.get('style') || kvp.get('styles') || '')
  return names.map((name, i) => findLayer(app, request, name, styles[i] ?? ''))
}

function readPicture(kvp: Kvp, ask: LegendAsk): LegendPicture {
  const look = parseLook(kvp)
  return {
    ...ask,
    type: look.type,
    background: backgroundOf(look),
    swatch: { width: readSide('WIDTH', kvp) ?? SWATCH.width, height: readSide('HEIGHT', kvp) ?? SWATCH.height },
    pixelRatio: isFine(kvp) ? 2 : 1
  }
}

/** Sides that the pictures before the titles may have. */
const SIDES = { least: 6, most: 64 }

/** Clients that mean the whole legend by it name larger ones: those are as large as they become. */
function readSide(name: 'WIDTH' | 'HEIGHT', kvp: Kvp): number | undefined {
  const value = kvp.get(name.toLowerCase())
  if (!value) return undefined
  const side = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (side === 0) throw invalid(name, value, `${SIDES.least} … ${SIDES.most}`)
  return side > SIDES.most ? undefined : Math.max(side, SIDES.least)
}

/** Twice as many pixels from the middle between those of a usual and of a fine screen on. */
const FINE = 144

function isFine(kvp: Kvp): boolean {
  const inOptions = /(?:^|;)\s*dpi:([^;]*)/i.exec(kvp.get('legend_options') ?? '')?.[1]
  const value = kvp.get('dpi') || inOptions
  if (!value) return false
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(value)) throw invalid('DPI', value, '96, 192')
  return Number(value) >= FINE
}

/** SCALE is a scale denominator, of the standard's screen. */
function readZoom(kvp: Kvp): { zoom?: number } {
  const value = kvp.get('scale')
  if (!value) return {}
  const scale = /^\d{1,12}(\.\d{1,12})?([eE]\+?\d{1,2})?$/.test(value) ? Number(value) : 0
  if (!(scale > 0) || scale > 1e12) throw invalid('SCALE', value, '1 … 1000000000')
  const zoom = Math.log2(MERCATOR_SIDE / 512 / PIXEL_METRES / scale)
  return { zoom: Math.min(Math.max(Math.round(zoom * 100) / 100, 0), 24) }
}

function readLanguage(kvp: Kvp): Language | undefined {
  const value = (kvp.get('language') || kvp.get('lang') || '').slice(0, 2).toLowerCase()
  return value === 'zh' || value === 'en' ? value : undefined
}

/** The parameters of a legend's address: its language among them, so that it is as large as was said. */
export const legendQuery = (layer: string, style: string, format: string, language: Language): string =>
  `service=WMS&version=1.3.0&request=GetLegendGraphic&layer=${encodeURIComponent(layer)}&style=${encodeURIComponent(style)}&format=${encodeURIComponent(format)}&language=${language}`
