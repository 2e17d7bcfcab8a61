import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { compare, pixelsOf } from '../../scripts/measuring/picture-difference.ts'
import { testApp, testDatabase } from '../helper.ts'
import { blueLakeMapfile, CITE_LAYERS, type CiteName, citeId, publishBlueLake, withoutBlueLake } from './blue-lake.ts'
import { cascade, gdalService, owslibClient } from './client-files.ts'

/**
 * What the OGC's suite asks of WMS with its own data (the lines of its modules basic, queryable, time, elevation and
 * recommended that need them), and clients of others that draw the same. What does not depend on the data is in
 * test/routes/wms.test.ts. One database is enough: where features come from makes no difference to a client.
 */
const run = promisify(execFile)
const absent = (file: string, what: string) => (existsSync(file) ? false : `${what} is absent`)
const withoutGdal = absent('/usr/bin/gdal_translate', 'GDAL')
const withoutMapServer = absent('/usr/bin/map2img', 'MapServer')
const withoutOwslib = spawnSync('/usr/bin/python3', ['-c', 'import owslib']).status === 0 ? false : 'OWSLib is absent'

const NAMES = Object.keys(CITE_LAYERS) as CiteName[]
const POLYGONS = NAMES.filter(name => !['line', 'circle'].includes(CITE_LAYERS[name].kind))
const CAPABILITIES = 'SERVICE=WMS&REQUEST=GetCapabilities'
const LAKES = 'cite-lakes'
/** The map the suite's own picture shows, from the lowest layer to the topmost. */
const BLUE_LAKE_MAP = NAMES.filter(name => !['BasicPolygons', 'LakesWithElevation', 'Autos'].includes(name))
/** The whole of it, 100 pixels to a thousandth of a degree. */
const WHOLE = { box: [-0.0042, -0.0024, 0.0042, 0.0024], width: 840, height: 480 } as const

t.test('clients draw the Blue Lake', { skip: withoutBlueLake }, async t => {
  const db = await testDatabase(t, 'embedded')
  const { app, as } = await testApp(t, db)
  await publishBlueLake(app, as.publisher)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const folder = t.testdir()
  const file = (name: string) => join(folder, name)

  const query = (changes: Record<string, string> = {}) =>
    String(
      new URLSearchParams({
        SERVICE: 'WMS',
        VERSION: '1.3.0',
        REQUEST: 'GetMap',
        LAYERS: LAKES,
        STYLES: '',
        CRS: 'CRS:84',
        BBOX: '0,-0.002,0.004,0',
        WIDTH: '200',
        HEIGHT: '100',
        FORMAT: 'image/png',
        ...changes
      })
    )
  const get = (changes: Record<string, string>) => app.inject(`/wms?${query(changes)}`)
  async function picture(changes: Record<string, string> = {}): Promise<Buffer> {
    const reply = await get(changes)
    if (reply.headers['content-type'] !== 'image/png') throw new Error(reply.body)
    return reply.rawPayload
  }
  const capabilities = (await app.inject(`/wms?${CAPABILITIES}`)).body
  /** What the metadata say of one layer. */
  const offering = (name: CiteName) => {
    const at = capabilities.indexOf(`<Name>${citeId(name)}</Name>`)
    return capabilities.slice(at, capabilities.indexOf('</Layer>', at))
  }
  /** The header of an answer, its name as it was sent. */
  const rawHeader = (changes: Record<string, string>) =>
    new Promise<string | undefined>((resolve, reject) =>
      httpRequest(`${base}/wms?${query(changes)}`, answer => {
        answer.resume()
        const at = answer.rawHeaders.indexOf('Warning')
        resolve(at < 0 ? undefined : answer.rawHeaders[at + 1])
      })
        .on('error', reject)
        .end()
    )

  await t.test('every layer is there under its title, with what is recommended', async t => {
    for (const name of NAMES) {
      const layer = offering(name)
      t.match(layer, new RegExp(`<Title>cite:${name}</Title>`))
      t.match(layer, /<Abstract>[^<]+<\/Abstract>/, `${name}: abstract`)
      t.match(layer, /<KeywordList><Keyword/, `${name}: keywords`)
      t.match(layer, /<BoundingBox CRS="CRS:84"/, `${name}: a box in CRS:84`)
      t.match(layer, /<MetadataURL type="/, `${name}: metadata`)
    }
    const [service = ''] = capabilities.split('<Capability>')
    for (const element of ['KeywordList', 'ContactInformation', 'Abstract', 'MaxWidth'])
      t.match(service, new RegExp(`<${element}>`), element)
    t.match(capabilities, /<GetMap><Format>image\/png<\/Format>/)
  })

  await t.test('a box may be written with exponents and signs', async t => {
    const usual = await picture({ BBOX: '-0.0005,-0.0025,0.05,2.5' })
    const odd = `${query()}&`.replace(/BBOX=[^&]*&/, '')
    const reply = await app.inject(`/wms?${odd}BBOX=-.0005E0,-25E-4,%2B05E-2,.00025E%2B4`)
    t.strictSame(reply.rawPayload, usual)
  })

  await t.test('the box is that of the edges of pixels, not of their centres', async t => {
    const { data } = await pixelsOf(await picture({ BBOX: '0.0016,-0.0012,0.0026,-0.0005', WIDTH: '10', HEIGHT: '7' }))
    const whites = Array.from({ length: 70 }, (_, i) => i).filter(i =>
      data.subarray(i * 3, i * 3 + 3).every(v => v === 255)
    )
    // The island of the lake is left out of it: the whites are inside, none of them at the border.
    t.ok(
      whites.every(i => i % 10 > 0 && i % 10 < 9 && i >= 10 && i < 60),
      `white: ${whites}`
    )
  })

  await t.test('the background is white, of a colour, or not there', async t => {
    const corner = async (changes: Record<string, string>) => {
      const cut = sharp(await picture(changes))
        .ensureAlpha()
        .extract({ left: 170, top: 0, width: 25, height: 100 })
      const { channels } = await cut
        .png()
        .toBuffer()
        .then(png => sharp(png).stats())
      return channels.map(({ min, max }) => (min === max ? min : [min, max]))
    }
    t.strictSame(await corner({}), [255, 255, 255, 255])
    t.strictSame(await corner({ BGCOLOR: '0x0000FF' }), [0, 0, 255, 255])
    t.equal((await corner({ TRANSPARENT: 'TRUE' }))[3], 0)
    t.equal((await corner({ TRANSPARENT: 'FALSE' }))[3], 255)
  })

  await t.test('what is there is told, and no more of it than was asked for', async t => {
    for (const name of POLYGONS) t.match(capabilities, new RegExp(`<Layer queryable="1"><Name>${citeId(name)}<`), name)
    const asked = (count?: string) =>
      app.inject(
        `/wms?${query({
          REQUEST: 'GetFeatureInfo',
          LAYERS: 'cite-basicpolygons',
          QUERY_LAYERS: 'cite-basicpolygons',
          BBOX: '-2,2,2,6',
          WIDTH: '100',
          HEIGHT: '100',
          I: '50',
          J: '50',
          INFO_FORMAT: 'application/json',
          ...(count && { FEATURE_COUNT: count })
        })}`
      )
    const counts: number[] = []
    for (const count of [undefined, '1', '5']) counts.push((await asked(count)).json().features.length)
    t.strictSame(counts.slice(0, 2), [1, 1])
    t.ok(counts[2]! >= 1, 'two squares touch there')
  })

  await t.test('cars are where they were at a time', async t => {
    t.match(
      offering('Autos'),
      /<Dimension name="time" units="ISO8601" default="2000-01-01T00:01:00Z" multipleValues="1" nearestValue="1" current="1">2000-01-01T00:00:00Z\/2000-01-01T00:01:00Z\/PT5S<\/Dimension>/
    )
    const at = (TIME?: string) => ({
      LAYERS: 'cite-autos',
      STYLES: 'plain',
      BBOX: WHOLE.box.join(),
      WIDTH: '420',
      HEIGHT: '240',
      ...(TIME !== undefined && { TIME })
    })
    const dots = async (TIME?: string) => {
      const { data } = await pixelsOf(await picture(at(TIME)))
      let count = 0
      for (let i = 0; i < data.length; i += 3) if (data[i]! > 200 && data[i + 1]! < 60) count++
      return Math.round(count / 78)
    }
    const counts: Record<string, number> = {}
    for (const time of [
      '2000-01-01T00:00:00Z',
      '2000-01-01T00:00:30Z',
      '2000-01-01T00:00:00Z,2000-01-01T00:00:30Z',
      '2000-01-01T00:00:00Z/2000-01-01T00:01:00Z'
    ])
      counts[time] = await dots(time)
    const [first, middle, both, all] = Object.values(counts) as [number, number, number, number]
    t.ok(first > 0 && middle > 0 && both > Math.max(first, middle) && all > both, JSON.stringify(counts))
    t.strictSame(await picture(at()), await picture(at('current')), 'the last one is the default')
    t.match(await rawHeader(at()), /^99 Default value used: time=2000-01-01T00:01:00Z/)
    t.match(await rawHeader(at('2000-01-01T00:00:31Z')), /^99 Nearest value used: time=2000-01-01T00:00:30Z/)
    t.equal(await rawHeader(at('2000-01-01T00:00:30Z')), undefined)
    t.match((await get(at('yesterday'))).body, /code="InvalidDimensionValue"/)
  })

  await t.test('the lake is as high as it stands', async t => {
    t.match(
      offering('LakesWithElevation'),
      /<Dimension name="elevation" units="CRS:88" unitSymbol="m" default="500"[^>]*>500,490,480<\/Dimension>/
    )
    const at = (ELEVATION?: string) => ({ LAYERS: 'cite-lakeswithelevation', ...(ELEVATION && { ELEVATION }) })
    const pictures = await Promise.all(['500', '490', '480', '480/500'].map(value => picture(at(value))))
    t.equal(new Set(pictures.map(bytes => bytes.toString('base64'))).size, 4)
    t.match(await rawHeader(at()), /^99 Default value used: elevation=500 CRS:88/)
    t.match(await rawHeader(at('492')), /^99 Nearest value used: elevation=490 CRS:88/)
  })

  await t.test('it looks as MapServer draws it from the same files', { skip: withoutMapServer }, async t => {
    await writeFile(file('lake.map'), blueLakeMapfile())
    await writeFile(file('mapserver.conf'), `CONFIG ENV MS_MAPFILE "${file('lake.map')}" END END`)
    const env = { ...process.env, MAPSERVER_CONFIG_FILE: file('mapserver.conf') }
    for (const [names, { box, width, height }] of [
      [BLUE_LAKE_MAP, WHOLE],
      [['BasicPolygons'], { box: [-2, -1, 2, 6], width: 200, height: 350 }],
      // Wider than high, as no degree is.
      [['BasicPolygons'], { box: [-2, -1, 2, 6], width: 400, height: 200 }],
      [BLUE_LAKE_MAP, { box: [0.0005, 0.0003, 0.0027, 0.0012], width: 440, height: 180 }]
    ] as const) {
      const asked = { BBOX: box.join(), WIDTH: String(width), HEIGHT: String(height) }
      const theirs = { ...asked, LAYERS: names.join(), STYLES: names.map(() => '').join() }
      const { stdout } = await run('/usr/bin/mapserv', ['-nh', `QUERY_STRING=${query(theirs)}`], {
        env,
        encoding: 'buffer'
      })
      const drawn = await picture({
        ...asked,
        LAYERS: names.map(citeId).join(),
        STYLES: names.map(() => 'plain').join()
      })
      const { share } = await compare(drawn, stdout, { reach: 1 })
      t.ok(share < 0.005, `${names.length} layers, ${width} × ${height}: ${(share * 100).toFixed(2)} % differ`)
    }
  })

  /** The lake from 0° to 0.004° east and -0.002° to 0° north, as it should come through a client. */
  const expected = await picture({ LAYERS: LAKES })
  const isLake = async (t: Test, name: string, most = 0.02) => {
    const { share } = await compare(await readFile(file(name)), expected, { reach: 1 })
    t.ok(share < most, `${name}: ${(share * 100).toFixed(2)} % differ`)
  }
  /** It keeps answers in a folder of where it is run. */
  const gdal = (program: string, values: string[]) => run(program, values, { cwd: folder })
  const WINDOW = ['-of', 'PNG', '-outsize', '200', '100']

  await t.test('GDAL draws it from WMS', { skip: withoutGdal }, async t => {
    const { stdout } = await gdal('gdalinfo', [`WMS:${base}/wms?${CAPABILITIES}`])
    for (const name of NAMES) t.match(stdout, new RegExp(`SUBDATASET_\\d+_DESC=cite:${name}`), name)
    const url = `WMS:${base}/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=${LAKES}&CRS=EPSG:4326&BBOX=-1,-1,1,1`
    await gdal('gdal_translate', [...WINDOW, '-projwin', '0', '0', '0.004', '-0.002', url, file('4326.png')])
    await isLake(t, '4326.png')
    for (const [crs, order, [west, north, east, south], window] of [
      ['EPSG:4490', 'yxYX', [-1, 1, 1, -1], [0, 0, 0.004, -0.002]],
      ['EPSG:3857', 'xyXY', [-1e5, 1e5, 1e5, -1e5], [0, 0, 445.277963, -222.638982]]
    ] as const) {
      const name = crs.replace(':', '-')
      await writeFile(file(`${name}.xml`), gdalService(base, LAKES, { crs, order, window: [west, north, east, south] }))
      await gdal('gdal_translate', [
        ...WINDOW,
        '-projwin',
        ...window.map(String),
        file(`${name}.xml`),
        file(`${name}.png`)
      ])
      await isLake(t, `${name}.png`)
    }
  })

  await t.test('GDAL draws it from WMTS', { skip: withoutGdal }, async t => {
    const source = `WMTS:${base}/services/${LAKES}/wmts/1.0.0/WMTSCapabilities.xml`
    for (const [grid, window] of [
      ['CGCS2000Quad', ['0', '0', '0.004', '-0.002']],
      ['WebMercatorQuad', ['0', '0', '445.277963', '-222.638982']]
    ] as const) {
      const from = `${source},layer=${LAKES},tilematrixset=${grid}`
      await gdal('gdal_translate', [...WINDOW, '-r', 'bilinear', '-projwin', ...window, from, file(`${grid}.png`)])
      await isLake(t, `${grid}.png`, 0.05)
    }
  })

  await t.test('OWSLib draws it and asks what is there', { skip: withoutOwslib }, async t => {
    await writeFile(file('client.py'), owslibClient(LAKES))
    const { stdout } = await run('/usr/bin/python3', [file('client.py'), base, folder])
    const said = JSON.parse(stdout)
    t.strictSame(said.titles.filter((title: string) => title.startsWith('cite:')).length, NAMES.length)
    t.match(said.info, /Blue Lake/)
    t.match(said.crs, ['EPSG:4490'])
    for (const name of ['owslib-130.png', 'owslib-111.png', 'owslib-84.png']) await isLake(t, name)
    t.match(await sharp(file('owslib-tile.png')).metadata(), { format: 'png', width: 256, height: 256 })
  })

  await t.test('MapServer draws it as a layer of its own', { skip: withoutMapServer }, async t => {
    for (const [version, crs] of [
      ['1.3.0', 'EPSG:4490'],
      ['1.1.1', 'EPSG:4326'],
      ['1.3.0', 'EPSG:3857']
    ] as const) {
      const name = `cascade-${version}-${crs.slice(5)}`
      await writeFile(file(`${name}.map`), cascade(base, LAKES, { version, crs }))
      await run('map2img', ['-m', `${name}.map`, '-o', `${name}.png`], { cwd: folder })
      await isLake(t, `${name}.png`)
    }
  })
})
