import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import fc from 'fast-check'
import { PbfReader } from 'pbf'
import t from 'tap'
import { openBrowser } from '../../scripts/browser.ts'
import { loadSprites } from '../../server/catalog/load-sprites.ts'
import { writeWkb } from '../../server/lib/wkb.ts'
import { coveredCodePoints } from '../../server/maps/character-map.ts'
import { distanceField } from '../../server/maps/distance-field.ts'
import { chooseFont, FONTS } from '../../server/maps/font-files.ts'
import type { Glyph } from '../../server/maps/glyph-pbf.ts'
import { GLYPHS_VERSION, Glyphs, parseGlyphRange } from '../../server/maps/glyphs.ts'
import { Sprites } from '../../server/maps/sprites.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'
import { ROOT, testApp, testDatabase } from '../helper.ts'

/** Reads glyphs as MapLibre GL JS does. */
function readGlyphs(pbf: Uint8Array) {
  const found = { name: '', range: '', glyphs: new Map<number, Glyph>() }
  new PbfReader(pbf).readFields((tag, _, reader) => {
    if (tag === 1) reader.readMessage(readStack, found)
  }, null)
  return found
}

function readStack(tag: number, found: ReturnType<typeof readGlyphs>, pbf: PbfReader): void {
  if (tag === 1) found.name = pbf.readString()
  if (tag === 2) found.range = pbf.readString()
  if (tag !== 3) return
  const glyph = pbf.readMessage(readGlyph, { bitmap: null } as Glyph)
  found.glyphs.set(glyph.id, glyph)
}

function readGlyph(tag: number, glyph: Glyph, pbf: PbfReader): void {
  if (tag === 1) glyph.id = pbf.readVarint()
  if (tag === 2) glyph.bitmap = pbf.readBytes()
  if (tag === 3) glyph.width = pbf.readVarint()
  if (tag === 4) glyph.height = pbf.readVarint()
  if (tag === 5) glyph.left = pbf.readSVarint()
  if (tag === 6) glyph.top = pbf.readSVarint()
  if (tag === 7) glyph.advance = pbf.readVarint()
}

const REGULAR = chooseFont('Noto Sans SC Regular')

t.test('a distance field tells how far the outline is, whatever the shape', async t => {
  const size = 15
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: size * size, maxLength: size * size }), ink => {
      const field = distanceField({ data: Uint8Array.from(ink, on => (on ? 255 : 0)), width: size, height: size }, 3)
      return [...field.data].every((value, i) => {
        const [x, y] = [(i % 5) * 3 + 1, Math.floor(i / 5) * 3 + 1]
        // From middle to middle, to the nearest pixel of the other kind.
        const others = ink.flatMap((on, at) =>
          on === ink[y * size + x] ? [] : Math.hypot((at % size) - x, Math.floor(at / size) - y)
        )
        const distance = (Math.min(...others) / 3) * (ink[y * size + x] ? -1 : 1)
        const expected = Math.round(255 - 255 * (distance / 8 + 0.25))
        return Math.abs(value - Math.min(255, Math.max(0, expected))) <= 1
      })
    }),
    { numRuns: 300 }
  )
  const [left, right] = [100, 240].map(value => distanceField(halves(value), 3).data[4]!)
  t.ok(left! < right!, 'a pixel that is covered in part moves the outline by its part')
})

/** 9 × 9: the left half ink, the middle column covered in part. */
function halves(middle: number) {
  const data = Uint8Array.from({ length: 81 }, (_, i) => (i % 9 < 4 ? 255 : i % 9 === 4 ? middle : 0))
  return { data, width: 9, height: 9 }
}

t.test('glyphs stand on one baseline, with the metrics of the font', async t => {
  const glyphs = new Glyphs({ folder: t.testdir(), onFailure: error => t.fail(String(error)) })
  t.teardown(() => glyphs.close())
  const [latin, chinese, village] = (await Promise.all([0, 21248, 28160].map(start => glyphs.get(REGULAR, start)))).map(
    gzip => readGlyphs(gunzipSync(gzip))
  )
  t.match(latin, { name: 'Noto Sans SC Regular', range: '0-255' })
  t.equal(chinese?.range, '21248-21503')
  t.equal(chinese?.glyphs.size, 256)
  const of = (sign: string) => {
    const code = sign.codePointAt(0)!
    return [latin, chinese, village].map(stack => stack?.glyphs.get(code)).find(Boolean)
  }
  for (const [sign, width, height, advance] of [
    ['H', 13, 18, 17],
    ['A', 15, 18, 15],
    ['1', 10, 18, 13],
    ['x', 12, 13, 12],
    ['南', 22, 23, 24],
    ['滘', 22, 22, 24]
  ] as const) {
    const glyph = of(sign)
    if (!glyph?.bitmap) return t.fail(`no glyph of ${sign}`)
    t.equal(glyph.bitmap.length, (glyph.width + 6) * (glyph.height + 6), sign)
    for (const [name, value] of Object.entries({ width, height, advance }))
      t.ok(Math.abs(glyph[name as 'width'] - value) <= 1, `${sign}: ${name} ${glyph[name as 'width']}, about ${value}`)
    t.ok(Math.max(...glyph.bitmap) > 191 && Math.min(...glyph.bitmap) < 100, `${sign} has ink and room around it`)
  }
  for (const sign of 'HAx1') {
    const { top = 0, height = 0 } = of(sign) ?? {}
    t.ok(Math.abs(height - top - 27.5) <= 1, `${sign} stands 27.5 below the top of the line, as MapLibre draws its own`)
  }
  t.match(of(' '), { width: 0, height: 0, bitmap: null, advance: 5 })
  t.equal(of('\u0080'), undefined, 'what the font lacks is left to the client')
  const empty = readGlyphs(gunzipSync(await glyphs.get(REGULAR, 0xe000)))
  t.strictSame([empty.range, empty.glyphs.size], ['57344-57599', 0])
})

t.test('ranges are drawn once, kept on disk, and drawn again where that fails', async t => {
  const folder = t.testdir()
  const failures: unknown[] = []
  const start = async (folder: string) => {
    const glyphs = new Glyphs({ folder, onFailure: error => failures.push(error) })
    t.teardown(() => glyphs.close())
    return glyphs
  }
  const first = await start(folder)
  const [drawn, same] = await Promise.all([first.get(REGULAR, 0), first.get(REGULAR, 0)])
  t.equal(drawn, same, 'who asks meanwhile gets the same bytes')
  const file = join(folder, GLYPHS_VERSION, 'noto-sans-sc-regular/0.pbf.gz')
  const kept = gzipSync('from disk')
  await writeFile(file, kept)
  t.equal(await first.get(REGULAR, 0), drawn, 'memory comes first')
  t.strictSame(await (await start(folder)).get(REGULAR, 0), kept)
  await rm(file)
  t.strictSame(await (await start(folder)).get(REGULAR, 0), drawn, 'the same bytes each time')
  t.strictSame(failures, [])
  await writeFile(file, kept.subarray(0, 20))
  t.strictSame(await (await start(folder)).get(REGULAR, 0), drawn, 'half a file is none')
  t.equal(failures.splice(0).length, 1)
  const blocked = await start(`${t.testdir({ file: '' })}/file`)
  t.strictSame(await blocked.get(REGULAR, 0), drawn)
  t.ok(failures.length > 0, 'said')
  const closing = await start(t.testdir())
  const waiting = t.rejects(closing.get(REGULAR, 256), { message: 'The server is closing.' })
  await closing.close()
  await waiting
})

t.test('every stack has a font', async t => {
  for (const [stack, name] of [
    ['Noto Sans SC Medium', 'Noto Sans SC Medium'],
    ['Open Sans Bold,noto sans sc light', 'Noto Sans SC Light'],
    ['Open Sans Semibold,Arial Unicode MS Regular', 'Noto Sans SC Bold'],
    ['Roboto Medium', 'Noto Sans SC Medium'],
    ['Source Han Sans DemiLight', 'Noto Sans SC DemiLight'],
    ['SimHei', 'Noto Sans SC Regular'],
    ['Boldini', 'Noto Sans SC Regular'],
    ['', 'Noto Sans SC Regular']
  ] as const)
    t.equal(chooseFont(stack).name, name, stack)
})

t.test('a range is 256 code points', async t => {
  t.strictSame(
    ['0-255', '19968-20223', '131072-131327', '1113856-1114111'].map(parseGlyphRange),
    [0, 19968, 131072, 1113856]
  )
  for (const range of ['1-256', '0-511', '00-255', '-256--1', '1114112-1114367', 'a-b', '0-255.5', ''])
    t.throws(() => parseGlyphRange(range), { code: 'GLYPH_RANGE_UNKNOWN', status: 404 }, range)
  t.throws(() => coveredCodePoints(Buffer.alloc(64)), 'no font')
})

t.test('each sprite lies on the sheet by itself, in both sizes; a grey sheet has no colour', async t => {
  const { sprites, problems } = await loadSprites(`${ROOT}styles`)
  t.strictSame(problems, [])
  const sheets = new Sprites(sprites)
  for (const [ratio, suffix] of [
    [1, ''],
    [2, '@2x']
  ] as const) {
    type Place = { x: number; y: number; width: number; height: number; pixelRatio: number }
    const index: Record<string, Place> = JSON.parse(String((await sheets.file(`icons${suffix}.json`)).bytes))
    const picture = await loadImage((await sheets.file(`icons${suffix}.png`)).bytes)
    const context = createCanvas(picture.width, picture.height).getContext('2d')
    context.drawImage(picture, 0, 0)
    t.strictSame(Object.keys(index).toSorted(), sprites.map(({ id }) => id).toSorted())
    const taken = new Set<number>()
    for (const { id, width, height } of sprites) {
      const place = index[id]!
      t.match(place, { width: width * ratio, height: height * ratio, pixelRatio: ratio }, id)
      t.ok(place.x + place.width <= picture.width && place.y + place.height <= picture.height, id)
      const { data } = context.getImageData(place.x, place.y, place.width, place.height)
      t.ok(
        data.some((value, i) => i % 4 === 3 && value > 100),
        `${id} has ink`
      )
      for (let i = 0; i < place.width * place.height; i++) {
        const at = (place.y + Math.floor(i / place.width)) * picture.width + place.x + (i % place.width)
        if (taken.has(at)) t.fail(`${id} lies on another`)
        taken.add(at)
      }
    }
    const grey = await loadImage((await sheets.file(`icons-grey${suffix}.png`)).bytes)
    context.clearRect(0, 0, picture.width, picture.height)
    context.drawImage(grey, 0, 0)
    const { data } = context.getImageData(0, 0, picture.width, picture.height)
    t.notOk(data.some((value, i) => i % 4 < 2 && data[i | 3]! === 255 && Math.abs(value - data[i + 1]!) > 1))
  }
  for (const file of ['icons', 'icons@3x.png', 'icon.json', '../icons.json', 'icons.svg'])
    await t.rejects(sheets.file(file), { code: 'SPRITE_UNKNOWN' }, file)
})

t.test('a picture that cannot be a sprite is reported, and the others are there', async t => {
  const svg = (attributes: string) => `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><path d="M0 0h5v5"/></svg>`
  const folder = t.testdir({
    sprites: {
      'good.svg': svg('width="15" height="15" viewBox="0 0 15 15"'),
      'Bad Name.svg': svg('width="15" height="15" viewBox="0 0 15 15"'),
      'no-size.svg': svg('viewBox="0 0 15 15"'),
      'huge.svg': svg('width="1500" height="15" viewBox="0 0 15 15"'),
      'no-box.svg': svg('width="15" height="15"'),
      'readme.txt': ''
    }
  })
  const { sprites, problems } = await loadSprites(folder)
  t.strictSame(
    sprites.map(({ id }) => id),
    ['good']
  )
  t.equal(problems.length, 4)
  t.ok(problems.every(({ file, message }) => /\/sprites\/.*\.svg$/.test(file) && message))
  t.strictSame(await loadSprites(join(folder, 'nowhere')), { sprites: [], problems: [] })
})

t.test('over HTTP', async t => {
  const db = await testDatabase(t, 'embedded')
  const { app } = await testApp(t, db)
  const layer = app.catalog.get('school')
  const values: Record<string, unknown> = { name: '滘口小学', school_type: '2' }
  await createStaging(db, layer, 'clients_test')
  await stageRows(db, layer, 'clients_test', [
    {
      geometry: writeWkb({ type: 'Point', coordinates: [113.1, 23.05] }),
      values: layer.fields.map(({ name }) => values[name] ?? null)
    }
  ])
  await publish(db, layer, { stagingId: 'clients_test', mode: 'replace', kind: 'seed', actor: 'test' })
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const path = `/fonts/${encodeURIComponent('Noto Sans SC Regular,Arial')}/0-255.pbf`

  await t.test('a style names its sources, sprite, glyphs and web fonts, and is valid', async t => {
    const style = (await get('/styles/base.json')).json()
    t.strictSame(validateStyleMin(style), [])
    t.match(style, {
      sprite: 'http://localhost:80/sprites/icons',
      glyphs: `http://localhost:80/fonts/{fontstack}/{range}.pbf?v=${GLYPHS_VERSION}`,
      metadata: { 'ol:webfonts': 'http://localhost:80/fonts/{font-family}/{fontweight}{-fontstyle}.css' },
      center: [Number, Number],
      zoom: Number
    })
    const signed = (await get('/styles/base.json?key=admin-key-of-the-tests')).json()
    t.equal(signed.glyphs, style.glyphs, 'what all may see needs no key')
    t.match(Object.values(signed.sources)[0], { url: /\?key=admin-key-of-the-tests$/ })
    t.match((await get('/styles/base-grey.json')).json(), { sprite: 'http://localhost:80/sprites/icons-grey' })
  })

  await t.test('glyphs are sent as the client likes them, and not again', async t => {
    const plain = await get(path)
    t.match(plain.headers, { 'content-type': 'application/x-protobuf', 'cache-control': 'public, no-cache' })
    t.equal(readGlyphs(plain.rawPayload).name, 'Noto Sans SC Regular')
    const zipped = await get(`${path}?v=${GLYPHS_VERSION}`, { 'accept-encoding': 'gzip, br' })
    t.match(zipped.headers, {
      'content-encoding': 'gzip',
      vary: /Accept-Encoding/,
      'cache-control': 'public, max-age=31536000, immutable'
    })
    t.strictSame(gunzipSync(zipped.rawPayload), plain.rawPayload)
    const etag = String(zipped.headers['etag'])
    t.not(etag, plain.headers['etag'])
    const known = await get(path, { 'accept-encoding': 'gzip', 'if-none-match': etag })
    t.strictSame([known.statusCode, known.rawPayload.length, known.headers['etag']], [304, 0, etag])
    t.strictSame((await get('/fonts/Nobody Knows/0-255.pbf')).rawPayload, plain.rawPayload, 'any stack has glyphs')
    const bold = await get('/fonts/Open Sans Bold/0-255.pbf')
    t.equal(readGlyphs(bold.rawPayload).name, 'Noto Sans SC Bold')
  })

  await t.test('the font is there as a web font', async t => {
    const css = await get('/fonts/noto-sans-sc/700.css')
    t.match(css.headers['content-type'], 'text/css')
    const [, url = ''] = /font-weight: 700;[^}]*url\("([^"]+)"\) format\("opentype"\)/.exec(css.body) ?? []
    const file = await get(new URL(url, 'http://localhost/fonts/noto-sans-sc/700.css').href)
    t.match(file.headers, { 'content-type': 'font/otf', 'cache-control': /immutable/ })
    t.equal(file.rawPayload.length, FONTS.find(({ weight }) => weight === 700)?.bytes)
    t.equal(file.rawPayload.toString('latin1', 0, 4), 'OTTO')
  })

  await t.test('what there is not is refused', async t => {
    for (const [url, code] of [
      ['/fonts/Noto Sans SC Regular/1-256.pbf', 'GLYPH_RANGE_UNKNOWN'],
      ['/fonts/noto-sans-sc/450.css', 'FONT_UNKNOWN'],
      ['/fonts/arial/400.css', 'FONT_UNKNOWN'],
      ['/fonts/noto-sans-sc/Other.otf', 'FONT_UNKNOWN'],
      ['/fonts/noto-sans-sc/..%2F..%2Fpackage.otf', 'FONT_UNKNOWN'],
      ['/sprites/nothing.png', 'SPRITE_UNKNOWN'],
      ['/sprites/..%2Ficons.json', 'SPRITE_UNKNOWN']
    ] as const) {
      const answer = await get(url)
      t.strictSame([answer.statusCode, answer.json().code], [404, code], url)
    }
  })

  await t.test('sprites are sent with their type, and not again', async t => {
    const index = await get('/sprites/icons@2x.json')
    t.match(index.headers, { 'content-type': /^application\/json/, 'access-control-allow-origin': '*' })
    const sheet = await get('/sprites/icons@2x.png')
    t.match(sheet.headers, { 'content-type': 'image/png', 'cache-control': 'public, no-cache' })
    const known = await get('/sprites/icons@2x.png', { 'if-none-match': String(sheet.headers['etag']) })
    t.equal(known.statusCode, 304)
  })

  await t.test('MapLibre on a bare page draws the Chinese label and the icon from this server alone', async t => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const origin = `http://127.0.0.1:${(app.server.address() as { port: number }).port}`
    const browser = await openBrowser()
    t.teardown(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 300, height: 300 } })
    await page.route(`${origin}/page/**`, route => {
      const name = new URL(route.request().url()).pathname.slice('/page/'.length)
      if (name === '') return route.fulfill({ contentType: 'text/html', body: barePage(`/styles/${layer.id}.json`) })
      const path = `${ROOT}node_modules/maplibre-gl/dist/${name}`
      return route.fulfill({ path, ...(name.endsWith('.mjs') && { contentType: 'text/javascript' }) })
    })
    const asked: string[] = []
    page.on('response', response => asked.push(`${response.status()} ${response.url().replace(origin, '')}`))
    await page.goto(`${origin}/page/`)
    await page.waitForFunction('globalThis.ready', undefined, { timeout: 60_000 })
    t.strictSame(await page.evaluate('faults'), [])
    const stack = '/fonts/Noto%20Sans%20SC%20Regular'
    // 滘口小学: three ranges.
    for (const range of ['28160-28415', '21248-21503', '23552-23807'])
      t.ok(asked.includes(`200 ${stack}/${range}.pbf?v=${GLYPHS_VERSION}`), range)
    t.ok(asked.includes('200 /sprites/icons.png'))
    t.strictSame(await page.evaluate('drawn()'), ['circle', 'symbol', 'symbol'])
    t.ok(
      asked.every(line => line.startsWith('200 /')),
      'nobody else is asked'
    )
  })
})

const barePage = (style: string) => `<!doctype html>
<div id="map" style="width: 300px; height: 300px"></div>
<script type="module">
import { Map, setWorkerUrl } from './maplibre-gl.mjs'
setWorkerUrl(new URL('./maplibre-gl-worker.mjs', location).href)
globalThis.faults = []
const map = new Map({
  container: 'map', style: '${style}', center: [113.1, 23.05], zoom: 16, localIdeographFontFamily: false
})
map.on('error', event => faults.push(String(event.error?.message ?? event)))
map.on('styleimagemissing', event => faults.push(event.id))
map.on('idle', () => { globalThis.ready = true })
globalThis.drawn = () => map.queryRenderedFeatures().map(feature => feature.layer.type).sort()
</script>`
