import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import { DATA, sender } from '../uploads/client.ts'
import { zip } from '../uploads/zip.ts'

/** The data of the OGC's test suite for WMS 1.3.0: a lake and what lies around it, at 0° north, 0° east. */
export const BLUE_LAKE = `${DATA}/conformance/cite-wms13/shapefile`
export const withoutBlueLake = existsSync(BLUE_LAKE) ? false : '../shared/data/conformance/cite-wms13 is absent'

/** The layers as the suite wants them titled (`cite:…`), from the lowest to the topmost, each in one opaque colour. */
export const CITE_LAYERS = {
  BasicPolygons: { kind: 'fill', color: '#ff8000' },
  Forests: { kind: 'fill', color: '#88c060' },
  Lakes: { kind: 'fill', color: '#4060c0' },
  LakesWithElevation: { kind: 'fill', color: '#5080d0' },
  Ponds: { kind: 'fill', color: '#60a0e0' },
  NamedPlaces: { kind: 'line', color: '#a040a0' },
  Buildings: { kind: 'fill', color: '#806040' },
  Streams: { kind: 'line', color: '#2040ff' },
  RoadSegments: { kind: 'line', color: '#c03030' },
  DividedRoutes: { kind: 'line', color: '#802020' },
  MapNeatline: { kind: 'line', color: '#000000' },
  Bridges: { kind: 'circle', color: '#202020' },
  Autos: { kind: 'circle', color: '#ff00ff' }
} as const
export type CiteName = keyof typeof CITE_LAYERS

/** Pixels that lines are wide, and points. */
export const LINE_WIDTH = 3
export const POINT_SIZE = 10

export const citeId = (name: CiteName): string => `cite-${name.toLowerCase()}`

/** A shapefile's four parts in one archive, whichever case their names are in. */
async function zipped(name: string): Promise<Buffer> {
  const files = readdirSync(BLUE_LAKE).filter(file => file.toLowerCase().startsWith(`${name.toLowerCase()}.`))
  return zip(
    await Promise.all(
      files.map(async file => ({ name: file.toLowerCase(), data: await readFile(`${BLUE_LAKE}/${file}`) }))
    )
  )
}

/** Uploads all layers for everybody, and gives each its plain style beside the default one. */
export async function publishBlueLake(app: FastifyInstance, headers: Record<string, string>): Promise<void> {
  const { upload } = sender(app, headers)
  for (const name of Object.keys(CITE_LAYERS) as CiteName[]) {
    const layer = citeId(name)
    const title = `cite:${name}`
    const dimensions = {
      ...(name === 'Autos' && { time: 'TIME' }),
      ...(name === 'LakesWithElevation' && { elevation: 'ELEV' })
    }
    const ended = await upload({ layer, title, sharing: 'open', ...dimensions }, await zipped(name), `${layer}.zip`)
    if (ended.status !== 'published') throw new Error(`${name}: ${JSON.stringify(ended.problem)}`)
    const put = await app.inject({
      method: 'PUT',
      url: `/api/layers/${layer}/styles/plain`,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: JSON.stringify(plainStyle(name))
    })
    if (put.statusCode >= 300) throw new Error(`${name}: ${put.body}`)
  }
}

function plainStyle(name: CiteName): StyleLayer[] {
  const { kind, color } = CITE_LAYERS[name]
  const layout = { 'line-cap': 'round', 'line-join': 'round' }
  const paint = {
    fill: { 'fill-color': color },
    line: { 'line-color': color, 'line-width': LINE_WIDTH },
    circle: { 'circle-color': color, 'circle-radius': POINT_SIZE / 2 }
  }[kind]
  return [{ id: citeId(name), type: kind, 'source-layer': citeId(name), ...(kind === 'line' && { layout }), paint }]
}

/** A mapfile that draws the same files the same way. */
export function blueLakeMapfile(): string {
  const layers = (Object.keys(CITE_LAYERS) as CiteName[]).map(name => {
    const { kind, color } = CITE_LAYERS[name]
    const file = readdirSync(BLUE_LAKE).find(file => file.toLowerCase() === `${name.toLowerCase()}.shp`)
    const style = {
      fill: `COLOR "${color}"`,
      line: `${name === 'NamedPlaces' ? 'OUTLINECOLOR' : 'COLOR'} "${color}" WIDTH ${LINE_WIDTH} LINECAP ROUND LINEJOIN ROUND`,
      circle: `SYMBOL "dot" COLOR "${color}" SIZE ${POINT_SIZE}`
    }[kind]
    const type = { fill: 'POLYGON', line: name === 'NamedPlaces' ? 'POLYGON' : 'LINE', circle: 'POINT' }[kind]
    return `LAYER NAME "${name}" TYPE ${type} STATUS ON DATA "${BLUE_LAKE}/${file}" PROJECTION "init=epsg:4326" END CLASS STYLE ${style} END END END`
  })
  return `MAP NAME "lake" SIZE 400 240 EXTENT 0 0 1 1 UNITS DD IMAGECOLOR 255 255 255
PROJECTION "init=epsg:4326" END WEB METADATA "wms_title" "lake" "wms_srs" "CRS:84" "wms_enable_request" "*" END END
OUTPUTFORMAT NAME "png" MIMETYPE "image/png" DRIVER AGG/PNG IMAGEMODE RGB END
SYMBOL NAME "dot" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
${layers.join('\n')}
END`
}
