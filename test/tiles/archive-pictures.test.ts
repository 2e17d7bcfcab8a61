import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import { tileDegrees, WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { Archives } from '../../server/tiles/archive/archives.ts'
import { tileNumber } from '../../server/tiles/archive/curve.ts'
import { directories } from '../../server/tiles/archive/directory.ts'
import { header } from '../../server/tiles/archive/header.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { BBOX, writeCatalogue, writeMbtiles } from './archive-fixture.ts'
import { publishRows, square, testLayer } from './fixture.ts'

const place = tileAt(12, 113.015, 23.015)
const beside = { ...place, x: place.x + 1 }

/** A picture of one colour. */
const plain = (background: string, format: 'png' | 'jpeg' | 'webp' = 'png', side = 256) =>
  sharp({ create: { width: side, height: side, channels: 3, background } })
    .toFormat(format)
    .toBuffer()

/** A PMTiles file of pictures, as other programs write it. */
async function writePmtiles(path: string, type: number, tiles: { tile: TileId; bytes: Buffer }[]): Promise<void> {
  const entries = tiles
    .toSorted((a, b) => tileNumber(a.tile) - tileNumber(b.tile))
    .map(({ tile, bytes }, i, all) => {
      const offset = all.slice(0, i).reduce((sum, { bytes }) => sum + bytes.length, 0)
      return { tile: tileNumber(tile), offset, length: bytes.length, run: 1, bytes }
    })
  const { root, leaves } = directories(entries)
  const metadata = gzipSync('{}')
  const zooms = tiles.map(({ tile }) => tile.z)
  const sections = [root, metadata, leaves, Buffer.concat(entries.map(({ bytes }) => bytes))]
  const at = sections.map((_, i) => sections.slice(0, i).reduce((sum, { length }) => sum + length, 127))
  const section = (i: number) => ({ offset: at[i]!, length: sections[i]!.length })
  const front = header({
    root: section(0),
    metadata: section(1),
    leaves: section(2),
    tiles: section(3),
    counts: { addressed: tiles.length, entries: tiles.length, contents: tiles.length },
    zooms: { min: Math.min(...zooms), max: Math.max(...zooms) },
    bounds: BBOX,
    center: [113, 23, 12]
  })
  // Tiles that are not compressed once more, of this type.
  front.set([1, type], 98)
  await writeFile(path, Buffer.concat([front, ...sections]))
}

t.test('archives of pictures say which they are', async t => {
  const folder = t.testdir({}) as string
  const archives = new Archives(folder)
  t.teardown(() => archives.close())
  writeMbtiles(join(folder, 'a.mbtiles'), { format: 'jpg', bounds: BBOX.join() }, [
    { ...place, bytes: await plain('#808080', 'jpeg', 512) }
  ])
  const facts = await archives.facts('a.mbtiles')
  t.match(facts, { zoom: { min: 12, max: 12 }, bounds: [...BBOX], pictures: { extension: 'jpg', side: 512 } })
  t.strictSame(facts.layers, [])
  const bytes = await plain('#808080', 'webp')
  await writePmtiles(join(folder, 'b.pmtiles'), 4, [{ tile: place, bytes }])
  t.match(await archives.facts('b.pmtiles'), { pictures: { extension: 'webp', side: 256 } })
  t.match((await archives.tile('b.pmtiles', place)).stored, { bytes, coding: 'identity' })
})

const raster = (id: string, archive: string) =>
  testLayer(id, { geometry: 'Raster', source: { archive }, style: [{ id, type: 'raster' }] })
const photo = raster('tile-photo', 'photo.mbtiles')
const faded = { ...raster('tile-faded', 'faded.pmtiles') }
faded.style = [{ id: 'tile-faded', type: 'raster', paint: { 'raster-opacity': 0.5 } }]
const plots = testLayer('tile-plot', {
  style: [{ id: 'tile-plot', type: 'fill', 'source-layer': 'tile-plot', paint: { 'fill-color': '#0000ff' } }],
  zoom: { min: 8, max: 16 }
})
/** Layers whose archive is of the other kind, or is not there. */
const wrong = [
  raster('tile-none', 'none.pmtiles'),
  testLayer('tile-mixed', {
    source: { archive: 'photo.mbtiles' },
    style: plots.style.map(s => ({ ...s, id: 'tile-mixed' }))
  })
]

await onBothDatabases(t, async (t, db) => {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-pictures-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'archives'))
  const [red, green] = [await plain('#ff0000'), await plain('#00ff00', 'jpeg')]
  const bounds = tileDegrees(WEB_MERCATOR_QUAD, place)
  writeMbtiles(join(folder, 'archives/photo.mbtiles'), { format: 'png', bounds: bounds.join() }, [
    { ...place, bytes: red },
    { ...beside, bytes: green }
  ])
  await writePmtiles(join(folder, 'archives/faded.pmtiles'), 3, [{ tile: place, bytes: green }])
  const settings = await writeCatalogue(folder, [plots, photo, faded, ...wrong])
  await mkdir(join(folder, 'styles/maps'), { recursive: true })
  const layers = ['tile-photo', 'tile-none', 'tile-faded', 'tile-plot']
  const map = { title: { zh: '图', en: 'Map' }, background: '#ffffff', layers }
  await writeFile(join(folder, 'styles/maps/views.json'), JSON.stringify(map))
  const { app } = await testApp(t, db, settings)
  const [west, south] = bounds
  const corner = square(west + 0.001, south + 0.001, 0.002)
  await publishRows(db, plots, [{ geometry: { type: 'MultiPolygon', coordinates: [corner] }, values: ['A'] }])
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const colourOf = async (file: Buffer, x = 0.5, y = 0.5) => {
    const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    const at = 4 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width))
    return [...data.subarray(at, at + 4)]
  }
  const TILE = `${place.z}/${place.x}/${place.y}`

  t.test('tiles are handed out as they are stored; other formats, sizes, grids and levels are drawn', async t => {
    const json = (await get('/tiles/tile-photo.json')).json()
    t.match(json, { minzoom: 12, maxzoom: 12, tiles: [/\/tiles\/tile-photo\/{z}\/{x}\/{y}\.png\?v=/] })
    t.notOk(json.vector_layers)
    const address = new URL(json.tiles[0].replace('{z}/{x}/{y}', TILE))
    const stored = await get(address.pathname + address.search)
    t.strictSame(stored.rawPayload, red, 'not a byte is changed')
    t.match(stored.headers, { 'content-type': 'image/png', 'cache-control': 'public, max-age=31536000, immutable' })
    const etag = String(stored.headers['etag'])
    t.equal((await get(address.pathname, { 'if-none-match': etag })).statusCode, 304)
    const other = await get(`/tiles/tile-photo/12/${beside.x}/${beside.y}.png`)
    t.match([other.headers['content-type'], other.rawPayload], ['image/jpeg', green], 'what it is, whatever is said')
    t.equal((await get(`/tiles/tile-photo/12/0/0.png`)).statusCode, 204)

    for (const [path, type, side] of [
      [`${TILE}.webp`, 'image/webp', 256],
      [`${TILE}.jpg`, 'image/jpeg', 256],
      [`${TILE}@2x.png`, 'image/png', 512],
      [`15/${place.x * 8 + 3}/${place.y * 8 + 3}.png`, 'image/png', 256],
      [`WebMercatorQuad/${TILE}.png?style=default`, 'image/png', 256]
    ] as const) {
      const { rawPayload, headers } = await get(`/tiles/tile-photo/${path}`)
      t.equal(headers['content-type'], type)
      const [r, g, b, a] = await colourOf(rawPayload)
      t.ok(r! > 250 && g! < 5 && b! < 5 && a === 255, `${path}: ${[r, g, b, a]}`)
      t.equal((await sharp(rawPayload).metadata()).width, side)
    }
    const degrees = (await get('/tiles/tile-photo/CGCS2000Quad.json')).json()
    t.match(degrees, { tileMatrixSet: 'CGCS2000Quad' })
    const [across, down] = [(bounds[0] + bounds[2]) / 2 + 180, 90 - (bounds[1] + bounds[3]) / 2]
    const level = 13
    const [x, y] = [across, down].map(by => Math.floor((by * 2 ** level) / 360))
    const drawn = await get(`/tiles/tile-photo/CGCS2000Quad/${level}/${x}/${y}.png`)
    t.equal((await colourOf(drawn.rawPayload))[0], 255, 'in another grid')
    t.strictSame(await colourOf((await get('/tiles/tile-photo/12/0/0.webp')).rawPayload), [0, 0, 0, 0], 'nothing there')
  })

  t.test('vectors there are none of', async t => {
    for (const path of ['tile-photo.json?format=mvt', `tile-photo/${TILE}.mvt`, `tile-photo,tile-faded/${TILE}.mvt`])
      t.match((await get(`/tiles/${path}`)).json(), { status: 404, code: 'TILE_NOT_VECTOR' })
    const both = await get(`/tiles/tile-photo,tile-plot/${TILE}.mvt`)
    t.strictSame(both.rawPayload, (await get(`/tiles/tile-plot/${TILE}.mvt`)).rawPayload, 'of the others there are')
    t.match((await get('/tiles/views.json?format=mvt')).json(), { vector_layers: [{ id: 'tile-plot' }] })
    t.match((await get('/tiles/tile-none.json')).json(), { status: 404, code: 'TILE_NO_ARCHIVE' })
    const faults = app.catalog.problems.map(({ file, message }) => `${file} ${message}`).join('\n')
    t.match(faults, /tile-none .*ENOENT/)
    t.match(faults, /tile-mixed .*its tiles are pictures, the layer is MultiPolygon/)
  })

  t.test('a map shows them below what is drawn of vectors, in a style and in pictures', async t => {
    const style = (await get('/styles/views.json')).json()
    t.match(style.sources, {
      'tile-photo': { type: 'raster', url: /\/tiles\/tile-photo\.json$/, tileSize: 256 },
      'tile-plot': { type: 'vector' }
    })
    t.notOk(style.sources['tile-none'], 'nothing of a layer without its archive')
    t.match(style.layers, [{ type: 'background' }, { id: 'tile-photo', type: 'raster', source: 'tile-photo' }])
    const { rawPayload } = await get(`/api/maps/views/picture?bbox=${bounds.join()}&size=400x400`)
    const [r, g, b] = await colourOf(rawPayload, 0.7, 0.3)
    t.ok(Math.abs(r! - 128) < 3 && Math.abs(g! - 128) < 3 && b! < 5, `half faded: ${[r, g, b]}`)
    t.strictSame(await colourOf(rawPayload, 0.02, 0.97), [0, 0, 255, 255])
    const tile = await get(`/tiles/tile-faded/${TILE}.png`)
    t.ok(Math.abs((await colourOf(tile.rawPayload))[3]! - 128) < 3, 'drawn in its style')
  })

  t.test('in WMS and WMTS it is a layer without legend and features', async t => {
    const capabilities = (await get('/services/tile-photo/wms?service=WMS&request=GetCapabilities')).body
    t.match(capabilities, /<Layer queryable="0"[^>]*>\s*<Name>tile-photo</)
    t.notMatch(capabilities, /LegendURL/)
    const box = [bounds[1], bounds[0], bounds[3], bounds[2]].join()
    const ask = `service=WMS&version=1.3.0&layers=tile-photo&styles=&crs=EPSG:4490&bbox=${box}&width=300&height=200`
    const map = await get(`/wms?${ask}&request=GetMap&format=image/png`)
    t.strictSame(await colourOf(map.rawPayload, 0.1, 0.9), [255, 0, 0, 255])
    const info = await get(`/wms?${ask}&request=GetFeatureInfo&query_layers=tile-photo&i=1&j=1&info_format=text/plain`)
    t.match(info.body, /LayerNotQueryable/)
    const legend = await get(
      '/wms?service=WMS&version=1.3.0&request=GetLegendGraphic&layer=tile-photo&format=image/png'
    )
    t.match(legend.headers['content-type'], 'image/png')

    const wmts = (await get('/services/tile-photo/wmts/1.0.0/WMTSCapabilities.xml')).body
    t.match(wmts, /<TileMatrixSet>CGCS2000Quad</)
    t.notMatch(wmts, /LegendURL|vector-tile/)
    const resource = (extension: string) =>
      get(`/services/tile-photo/wmts/1.0.0/tile-photo/default/WebMercatorQuad/12/${place.y}/${place.x}.${extension}`)
    t.strictSame(await colourOf((await resource('png')).rawPayload), [255, 0, 0, 255])
    t.match((await resource('mvt')).body, /InvalidParameterValue/)
    const services = (await get('/api/services?q=tile-photo')).json().services
    t.strictSame(services.map(({ id }: { id: string }) => id).toSorted(), [
      'tile-photo.tiles',
      'tile-photo.wms',
      'tile-photo.wmts'
    ])
    t.notOk(
      services.some(({ urls }: { urls: Record<string, string> }) => urls['tiles']),
      'no vector tiles'
    )
  })

  t.test('it has styles and previews like any other', async t => {
    const styles = (await get('/api/layers/tile-photo/styles')).json().styles
    t.match(styles, [{ id: 'default', default: true }])
    const preview = await get('/api/layers/tile-photo/styles/default.png')
    t.strictSame([preview.statusCode, (await colourOf(preview.rawPayload)).slice(1)], [200, [0, 0, 255]], preview.body)
    for (const path of ['', '/styles/default', '/styles/default.sld'])
      t.equal((await get(`/api/layers/tile-photo${path}`)).statusCode, 200, path)
    const ask = 'service=WMS&version=1.1.1&layers=tile-photo'
    t.equal((await get(`/wms?${ask}&request=GetStyles`)).statusCode, 200)
    t.match((await get(`/wms?${ask}&request=DescribeLayer&sld_version=1.1.0`)).body, /tile-photo/)
    t.match((await get('/services/tile-photo/metadata.xml')).body, /codeListValue="grid"/)
    t.match((await get('/api/layers/tile-photo/summary')).json(), { code: 'LAYER_WITHOUT_FEATURES' })
    t.match((await get('/api/layers/tile-none/styles/default.png')).json(), { code: 'TILE_NO_ARCHIVE' })
  })
})
