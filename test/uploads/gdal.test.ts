import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { Problem } from '../../server/lib/errors.ts'
import { chooseGdal } from '../../server/uploads/choose-gdal.ts'
import { readFeatures, type SourceFeature } from '../../server/uploads/features.ts'
import type { Gdal } from '../../server/uploads/gdal.ts'
import { openReceived, receiveFile } from '../../server/uploads/receive.ts'
import { DATA, geojson, plot, withoutData } from './client.ts'
import { zip } from './zip.ts'

const process = await chooseGdal('process').catch(() => null)
const wasm = await chooseGdal('wasm')
const noProcess = process ? false : 'ogr2ogr is not installed'
const limits = { maxUnpackedBytes: 2 ** 32 }
const options = { signal: new AbortController().signal, timeoutSeconds: 120 }

/** Takes a file in as an upload does, and reads it by one back end. */
async function read(t: Test, gdal: Gdal, data: Buffer) {
  const folder = t.testdir()
  await mkdir(folder, { recursive: true })
  const received = await receiveFile(Readable.from([data]), folder, { fileName: 'file', maxBytes: 2 ** 30 })
  const source = await openReceived(received, folder, limits)
  await gdal.convert(folder, source, options)
  const features: SourceFeature[] = []
  for await (const feature of readFeatures(folder, source)) features.push(feature)
  return { source, features }
}

async function zipped(folder: string, stem: string): Promise<Buffer> {
  const names = (await readdir(folder)).filter(name => name.toLowerCase().replace(/\.\w+$/, '') === stem.toLowerCase())
  return zip(await Promise.all(names.map(async name => ({ name, data: await readFile(join(folder, name)) }))))
}

/** Coordinates as one list, for comparing within a nanometre. */
const numbers = (value: unknown): number[] =>
  Array.isArray(value)
    ? value.flatMap(numbers)
    : typeof value === 'number'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(numbers)
        : []

const REAL: [name: string, load: () => Promise<Buffer>][] = [
  ['towns', () => readFile(`${DATA}/nanhai/towns/nanhai_towns_osm.geojson`)],
  ['provinces in UTF-8', () => zipped(`${DATA}/nanhai/china_province_shp`, 'China_ProvinceLevel')],
  ...['ZONE_URBA', 'PRESCRIPTION_LIN', 'PRESCRIPTION_PCT', 'PRESCRIPTION_SURF', 'INFO_SURF'].map(
    (name): [string, () => Promise<Buffer>] => [
      `zoning plan ${name}`,
      () => zipped(`${DATA}/planning-fr/documents/30014_PLU_20171013/Donnees_geographiques`, `30014_${name}_20171013`)
    ]
  ),
  ['Mercator multipoints with Z', () => zipped(`${DATA}/uploads/shapefile-js`, 'export_multipointz')],
  ['lines with Z', () => zipped(`${DATA}/uploads/shapefile-js`, 'export_polylinez')],
  ['a code page', () => zipped(`${DATA}/uploads/shapefile-js`, 'codepage')],
  ['countries', () => zipped(`${DATA}/uploads/pyogrio/naturalearth_lowres`, 'naturalearth_lowres')],
  ['an ESRI datum', () => zipped(`${DATA}/uploads/shapefile-js`, 'senate')]
]

t.test('both back ends read the same features', { skip: noProcess || withoutData }, async t => {
  for (const [name, load] of REAL) {
    await t.test(name, async t => {
      const data = await load()
      const [left, right] = [await read(t, process as Gdal, data), await read(t, wasm, data)]
      t.ok(left.features.length > 0)
      t.strictSame(
        left.features.map(({ properties, geometry }) => [properties, geometry?.type]),
        right.features.map(({ properties, geometry }) => [properties, geometry?.type])
      )
      const [a, b] = [left, right].map(({ features }) => features.flatMap(({ geometry }) => numbers(geometry)))
      t.equal(a?.length, b?.length)
      // Different releases of PROJ differ in the last digits: 1e-12 degrees is a tenth of a micrometre.
      t.ok(a?.every((number, i) => Math.abs(number - (b?.[i] ?? Number.NaN)) < 1e-12 * Math.max(1, Math.abs(number))))
    })
  }
})

for (const gdal of [process, wasm]) {
  t.test(`by ${gdal?.backend ?? 'process'}`, { skip: gdal ? false : noProcess }, async t => {
    if (!gdal) return
    t.test('numbers keep their digits, texts that look like dates stay texts, inner objects become text', async t => {
      const place = [113.12345678901235, 23.00000000012345]
      const feature = {
        type: 'Feature',
        properties: { day: '2024/1/2', code: '001', inner: { a: 1 } },
        geometry: { type: 'Point', coordinates: place }
      }
      const { features } = await read(t, gdal, geojson([feature]))
      t.strictSame(features[0]?.geometry, { type: 'Point', coordinates: place })
      t.match(features[0]?.properties, { day: '2024/1/2', code: '001' })
    })

    t.test('a declared CRS is taken: coordinates are x y, as GeoJSON always has them', async t => {
      const name = 'urn:ogc:def:crs:EPSG::4547'
      const feature = {
        type: 'Feature',
        properties: {},
        geometry: { type: 'Point', coordinates: [407761.089, 2550358.457] }
      }
      const { features, source } = await read(
        t,
        gdal,
        geojson([feature], { crs: { type: 'name', properties: { name } } })
      )
      t.equal(source.crs, 'EPSG:4547')
      const [lon = 0, lat = 0] = numbers(features[0]?.geometry)
      t.ok(Math.abs(lon - 113.099) < 0.01 && Math.abs(lat - 23.05) < 0.02, `${lon} ${lat}`)
    })

    t.test('Chinese names of fields and values, in GBK without a word about it', { skip: withoutData }, async t => {
      const gbk = { 名称: 'c3fbb3c6', 狮山镇: 'caa8c9bdd5f2', 九江镇: 'bec5bdaDd5f2'.toLowerCase() }
      const dbf = await dbfOf(gbk.名称, [gbk.狮山镇, gbk.九江镇])
      const folder = `${DATA}/uploads/shapefile-js`
      const files = await Promise.all(
        ['shp', 'shx', 'prj'].map(async e => ({ name: `utf.${e}`, data: await readFile(`${folder}/utf.${e}`) }))
      )
      const { features, source } = await read(t, gdal, zip([...files, { name: 'utf.dbf', data: dbf }]))
      t.equal(source.encoding, 'gb18030')
      t.strictSame(
        features.map(({ properties }) => properties),
        [{ 名称: '狮山镇' }, { 名称: '九江镇' }]
      )
    })

    t.test('a damaged file is refused, not read in half', { skip: withoutData }, async t => {
      const folder = `${DATA}/planning-fr/documents/30014_PLU_20171013/Donnees_geographiques/30014_ZONE_URBA_20171013`
      const files = await Promise.all(
        ['shp', 'shx', 'dbf', 'prj'].map(async e => ({ name: `zones.${e}`, data: await readFile(`${folder}.${e}`) }))
      )
      const cut = files.map(({ name, data }) => ({
        name,
        data: name.endsWith('.shp') ? data.subarray(0, data.length / 2) : data
      }))
      await t.rejects(read(t, gdal, zip(cut)), { code: 'UPLOAD_NOT_READABLE' })
    })

    t.test('reading ends when asked to', async t => {
      const folder = t.testdir()
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'data.geojson'), geojson(Array.from({ length: 50_000 }, (_, n) => plot({ n }))))
      const source = {
        format: 'geojson',
        dataset: 'x',
        file: 'data.geojson',
        crs: '',
        encoding: 'utf-8',
        numberFields: [],
        notes: []
      } as const
      const stop = new AbortController()
      const reading = gdal.convert(
        folder,
        { ...source, numberFields: [], notes: [] },
        { ...options, signal: stop.signal }
      )
      setTimeout(() => stop.abort(new Error('enough')), 50)
      await t.rejects(reading, { message: 'enough' })
      await t.rejects(
        gdal.convert(folder, { ...source, numberFields: [], notes: [] }, { ...options, timeoutSeconds: 0.05 }),
        {
          code: 'UPLOAD_TAKES_TOO_LONG'
        }
      )
    })
  })
}

t.test(
  'odd shapefiles of others end in features or in a problem that says what to do',
  { skip: withoutData },
  async t => {
    const gdal = process ?? wasm
    for (const folder of [`${DATA}/uploads/shapefile-js`, `${DATA}/uploads/pyshp`]) {
      const names = await readdir(folder)
      const stems = new Set(names.filter(name => /\.(shp|dbf)$/i.test(name)).map(name => name.replace(/\.\w+$/, '')))
      const cases: [string, () => Promise<Buffer>][] = [
        ...names
          .filter(name => name.endsWith('.zip'))
          .map((name): [string, () => Promise<Buffer>] => [name, () => readFile(join(folder, name))]),
        ...[...stems].map((stem): [string, () => Promise<Buffer>] => [stem, () => zipped(folder, stem)])
      ]
      for (const [name, load] of cases) {
        const ended = await read(t, gdal, await load()).catch((error: unknown) => error)
        if (ended instanceof Problem)
          t.ok(ended.status >= 400 && ended.status < 500 && ended.text.zh && ended.text.en, `${name}: ${ended.code}`)
        else t.ok((ended as { features?: unknown[] }).features, `${name}: read ${String((ended as Error).stack ?? '')}`)
      }
    }
  }
)

t.test(
  'asking for a GDAL that is not there is an error at start',
  { skip: process ? 'ogr2ogr is installed' : false },
  async t => {
    await t.rejects(chooseGdal('process'), { message: /gdal-bin/ })
  }
)

/** A .dbf with one text column of 20 bytes; names and values as hex, language driver 0. */
async function dbfOf(name: string, values: string[]): Promise<Buffer> {
  const head = Buffer.alloc(65)
  head.writeUInt8(3, 0)
  head.writeUInt32LE(values.length, 4)
  head.writeUInt16LE(65, 8)
  head.writeUInt16LE(21, 10)
  Buffer.from(name, 'hex').copy(head, 32)
  head.write('C', 43)
  head.writeUInt8(20, 48)
  head.writeUInt8(0x0d, 64)
  const rows = values.map(value => {
    const row = Buffer.alloc(21, ' ')
    Buffer.from(value, 'hex').copy(row, 1)
    return row
  })
  return Buffer.concat([head, ...rows, Buffer.from([0x1a])])
}
