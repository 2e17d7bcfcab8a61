import type { FastifyInstance } from 'fastify'
import { Problem } from '../../lib/errors.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { findPictureCrs, projectionOf } from '../../lib/picture-crs.ts'
import type { PictureFrame, PictureLayer, PictureType } from '../../maps/picture.ts'
import { MAX_PIXELS, MAX_SIDE } from './parse-frame.ts'
import { backgroundOf, parseLook } from './parse-look.ts'

const MERCATOR = findPictureCrs('EPSG:3857')!
/** Pixels of a letter, and from the edge to the first one. */
const LETTER = 14
const MARGIN = 8

/**
 * The picture that stands for a map which cannot be drawn: with the reason in words, or blank.
 * @param text null: blank
 * @returns undefined where what the request says of the picture cannot be used, or nothing can be drawn just now
 */
export async function exceptionPicture(
  app: FastifyInstance,
  kvp: Kvp,
  text: string | null
): Promise<{ type: PictureType; bytes: Buffer } | undefined> {
  const [width, height] = ['width', 'height'].map(name => Number(kvp.get(name)))
  if (!isSide(width) || !isSide(height) || width * height > MAX_PIXELS) return undefined
  try {
    const look = parseLook(kvp)
    // A metre a pixel, anywhere.
    const frame: PictureFrame = { crs: MERCATOR, box: [0, 0, width, height], width, height, pixelRatio: 1 }
    const overlay = text === null ? [] : [words(text, frame)]
    const background = backgroundOf(look)
    const bytes = await app.pictures.draw({ shown: [], frame, background, type: look.type, overlay })
    return { type: look.type, bytes }
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

const isSide = (side: number | undefined): side is number =>
  side !== undefined && Number.isInteger(side) && side > 0 && side <= MAX_SIDE

/** Text from the upper left corner. */
function words(text: string, { width, height }: PictureFrame): PictureLayer<never> {
  return {
    style: [
      {
        id: 'exception',
        type: 'symbol',
        layout: {
          'text-field': ['get', 'text'],
          'text-font': ['Noto Sans SC Regular'],
          'text-size': LETTER,
          'text-max-width': Math.max(1, (width - 2 * MARGIN) / LETTER),
          'text-anchor': 'top-left',
          'text-justify': 'left',
          'text-offset': [MARGIN / LETTER, MARGIN / LETTER],
          'text-allow-overlap': true
        },
        paint: { 'text-color': '#b00020', 'text-halo-color': '#ffffff', 'text-halo-width': 1 }
      }
    ],
    source: {
      kind: 'features',
      features: {
        type: 'FeatureCollection',
        features: [
          {
            type: 'Feature',
            properties: { text },
            geometry: { type: 'Point', coordinates: projectionOf(MERCATOR).inverse(0, height) }
          }
        ]
      }
    }
  }
}
