import type { Layer } from '../../server/catalog/layer.ts'
import { tableOf } from '../../server/catalog/table.ts'
import { FONTS } from '../../server/maps/font-files.ts'
import type { PlainStroke, PlainStyle } from './maps-styles.ts'

/** The file that names the font for MapServer: `alias path`. */
export const fontList = (): string => `regular ${FONTS.find(({ weight }) => weight === 400)?.file}\n`

/**
 * The mapfile of a WMS that draws layers from their tables (current rows only), as their plain styles say.
 * @param databaseUrl where the tables are, `postgres://…`
 */
export function mapfile(
  layers: readonly Layer[],
  styles: readonly PlainStyle[],
  { databaseUrl, fontsFile }: { databaseUrl: string; fontsFile: string }
): string {
  const byId = new Map(layers.map(layer => [layer.id, layer]))
  const drawn = styles.flatMap(style => {
    const layer = byId.get(style.layer)
    return layer ? [layerBlock(layer, style, databaseUrl)] : []
  })
  return block('MAP', [
    'NAME "bench"',
    'EXTENT 112 22 114 24',
    'UNITS DD',
    'SIZE 512 512',
    'MAXSIZE 4096',
    `FONTSET ${quote(fontsFile)}`,
    'PROJECTION "init=epsg:4490" END',
    block('OUTPUTFORMAT', [
      'NAME "png"',
      'DRIVER AGG/PNG',
      'MIMETYPE "image/png"',
      'IMAGEMODE RGBA',
      'TRANSPARENT ON',
      // The level both encode with (zlib's default).
      'FORMATOPTION "COMPRESSION=6"'
    ]),
    block('SYMBOL', ['NAME "circle"', 'TYPE ELLIPSE', 'FILLED TRUE', 'POINTS 1 1 END']),
    block('WEB', [metadata({ title: 'bench', srs: 'EPSG:4490 EPSG:4326 EPSG:3857 CRS:84' })]),
    ...drawn
  ])
}

function layerBlock(layer: Layer, style: PlainStyle, databaseUrl: string): string {
  const { kind, colours, label } = style
  const classes = colours
    ? [
        ...Object.entries(colours.of).map(([value, fill]) => classBlock(recoloured(style, fill), value)),
        classBlock(style)
      ]
    : [classBlock(style)]
  return block('LAYER', [
    `NAME ${quote(layer.id)}`,
    `TYPE ${kind}`,
    'STATUS ON',
    'CONNECTIONTYPE POSTGIS',
    `CONNECTION ${quote(connection(databaseUrl))}`,
    // Connections are kept from one request to the next.
    'PROCESSING "CLOSE_CONNECTION=DEFER"',
    `DATA ${quote(`geom FROM ${tableOf(layer).identifier} USING UNIQUE fid USING SRID=4490`)}`,
    'PROCESSING "NATIVE_FILTER=rev_to IS NULL"',
    'EXTENT 112 22 114 24',
    'PROJECTION "init=epsg:4490" END',
    metadata({ title: layer.id, srs: 'EPSG:4490 EPSG:4326 EPSG:3857 CRS:84' }),
    `MAXSCALEDENOM ${Math.round(LARGEST_SCALE / 2 ** layer.zoom.min)}`,
    ...(colours ? [`CLASSITEM ${quote(colours.field)}`] : []),
    ...(label ? [`LABELITEM ${quote(label.field)}`] : []),
    ...classes
  ])
}

/** The scale of zoom 0 where a pixel is 0.28 mm, as it is in WMS; MapServer takes it for 1/72 inch. */
const LARGEST_SCALE = (40075016.68557849 / 512) * (72 / 0.0254)

/** libpq's words for a URL. */
function connection(url: string): string {
  const { hostname, port, username, password, pathname } = new URL(url)
  const words = { host: hostname, port: port || '5432', user: username, password, dbname: pathname.slice(1) }
  return Object.entries(words)
    .flatMap(([key, value]) => (value ? [`${key}=${decodeURIComponent(value)}`] : []))
    .join(' ')
}

const recoloured = (style: PlainStyle, fill: string): PlainStyle => ({
  ...style,
  strokes: style.strokes.map((stroke, i) => (i === 0 && 'fill' in stroke ? { ...stroke, fill } : stroke))
})

function classBlock({ kind, strokes, label }: PlainStyle, value?: string): string {
  const lines = strokes.map(stroke => block('STYLE', strokeLines(stroke, kind)))
  if (value !== undefined) lines.unshift(`EXPRESSION ${quote(value)}`)
  if (label)
    lines.push(
      block('LABEL', [
        'TYPE TRUETYPE',
        'FONT "regular"',
        // MapServer takes it for points of 1/72 inch, and an inch for 96 pixels.
        `SIZE ${label.size * 0.75}`,
        `COLOR ${quote(label.colour)}`,
        `OUTLINECOLOR ${quote(label.halo)}`,
        'OUTLINEWIDTH 2',
        'POSITION LC',
        `OFFSET 0 ${label.below}`,
        'PARTIALS TRUE'
      ])
    )
  return block('CLASS', lines)
}

function strokeLines(stroke: PlainStroke, kind: PlainStyle['kind']): string[] {
  if ('circle' in stroke) return ['SYMBOL "circle"', `COLOR ${quote(stroke.circle)}`, `SIZE ${stroke.radius * 2}`]
  const round = ['LINECAP ROUND', 'LINEJOIN ROUND']
  if ('line' in stroke)
    return [`${kind === 'LINE' ? 'COLOR' : 'OUTLINECOLOR'} ${quote(stroke.line)}`, `WIDTH ${stroke.width}`, ...round]
  const outline = stroke.outline ? [`OUTLINECOLOR ${quote(stroke.outline)}`, 'WIDTH 1', ...round] : []
  return [`COLOR ${quote(stroke.fill)}`, ...outline]
}

function metadata(entries: Record<string, string>): string {
  const lines = Object.entries(entries).map(([key, value]) => `"wms_${key}" ${quote(value)}`)
  return block('METADATA', [...lines, '"wms_enable_request" "*"'])
}

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const block = (name: string, lines: readonly string[]): string =>
  [name, ...lines.map(line => line.replaceAll(/^/gm, '  ')), 'END'].join('\n')
