import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Color,
  convertFunction,
  createPropertyExpression,
  type Feature,
  isFunction,
  type StylePropertyExpression,
  type StylePropertySpecification,
  toString as typeName
} from '@maplibre/maplibre-gl-style-spec'
import t from 'tap'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import { Evaluated } from '../../server/maps/render/evaluate.ts'
import { decodedLayer, type Row } from './decoded-layer.ts'

/** Beside the project; tests run from build/test/maps/. */
const FOLDER = fileURLToPath(
  new URL('../../../../shared/data/conformance/style-spec/expression/tests', import.meta.url)
)
const skip = existsSync(FOLDER) ? false : '../shared/data/conformance is absent'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

interface Fixture {
  expression: Json
  propertySpec?: Partial<StylePropertySpecification>
  globalState?: Record<string, Json>
  inputs?: [Globals, Given][]
  expected: { compiled: Json; outputs?: Json[] }
}

interface Globals {
  zoom?: number
  canonicalID?: { z: number; x: number; y: number }
  availableImages?: string[]
  heatmapDensity?: number
  elevation?: number
}

interface Given {
  id?: number
  properties?: Record<string, Json>
  geometry?: { type: string; coordinates: Json }
  featureState?: Record<string, Json>
}

/** What the fixtures call every property. */
const KEY = 'layers[0].paint.some-property'

t.test('expressions mean what the fixtures of the style specification say', { skip }, async t => {
  const files = (await readdir(FOLDER, { recursive: true })).filter(name => name.endsWith('test.json')).sort()
  t.ok(files.length > 500, `${files.length} fixtures`)
  let readInTiles = 0
  for (const file of files) {
    const fixture: Fixture = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
    const { compiled, outputs } = evaluate(fixture)
    const { expected } = fixture
    t.strictSame(compiled, expected.compiled, file)
    if (!expected.outputs || 'errors' in compiled) continue
    t.ok(isNear(outputs, expected.outputs), `${file}: outputs`, { found: outputs, wanted: expected.outputs })
    for (const [read, output] of inTiles(fixture, String(compiled['type']))) {
      readInTiles++
      t.ok(isNear(read, output), `${file}: in a tile`, { found: read, wanted: output })
    }
  }
  t.ok(readInTiles > 300, `${readInTiles} of them read again from the columns of a tile`)
})

/** As the specification's own tests do it. */
function evaluate({ expression, propertySpec, globalState = {}, inputs = [] }: Fixture) {
  const specification = {
    'property-type': 'data-driven',
    expression: { interpolated: true, parameters: ['zoom', 'feature'] },
    ...propertySpec
  } as StylePropertySpecification
  const given = isFunction(expression) ? convertFunction(expression, specification) : expression
  const made = createPropertyExpression(given, KEY, specification, globalState)
  if (made.result === 'error') {
    const errors = made.value.map(({ key, message }) => ({ key, error: message }))
    return { compiled: { result: 'error', errors }, outputs: [] }
  }
  const { value } = made as { value: Exclude<StylePropertyExpression, { kind: 'constant'; evaluate: never }> }
  const parsed = value as StylePropertyExpression & {
    _styleExpression: { expression: { type: Parameters<typeof typeName>[0] } }
    evaluateWithoutErrorHandling: StylePropertyExpression['evaluate']
  }
  const compiled: Record<string, Json> = {
    result: 'success',
    isFeatureConstant: parsed.kind === 'constant' || parsed.kind === 'camera',
    isZoomConstant: parsed.kind === 'constant' || parsed.kind === 'source',
    type: typeName(parsed._styleExpression.expression.type)
  }
  const outputs = inputs.map(([globals, one]): Json => {
    const { canonicalID, availableImages = [] } = globals
    const feature = featureOf(one, canonicalID)
    const state = one.featureState ?? {}
    try {
      const at = { zoom: 0, ...globals }
      return plain(parsed.evaluateWithoutErrorHandling(at, feature, state, canonicalID as never, availableImages))
    } catch (error) {
      const { path, message } = error as Error & { path?: string }
      return { error: path === undefined ? message : `${KEY}${path}: ${message}` }
    }
  })
  return { compiled, outputs }
}

function plain(value: unknown): Json {
  if (value instanceof Color) return [value.r, value.g, value.b, value.a]
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

const EXTENT = 8192

/** A feature with its geometry in units of a tile, as the specification's tests have it. */
function featureOf({ id, properties = {}, geometry }: Given, tile: Globals['canonicalID']): Feature {
  const feature = { type: 'Unknown', properties, ...(id !== undefined && { id }) }
  if (!geometry) return feature as Feature
  if (!tile) return { ...feature, type: geometry.type } as Feature
  const side = 2 ** tile.z
  const place = ([longitude, latitude]: [number, number]) => ({
    x: Math.round((((longitude + 180) / 360) * side - tile.x) * EXTENT),
    y: Math.round((((180 - degreesOfMercator(latitude)) / 360) * side - tile.y) * EXTENT)
  })
  const depth = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 }
  const parts = geometry.coordinates as never
  const places: Record<number, () => unknown[]> = {
    0: () => [[place(parts)]],
    1: () => [(parts as [number, number][]).map(place)],
    2: () => (parts as [number, number][][]).map(part => part.map(place)),
    3: () => (parts as [number, number][][][]).flat().map(part => part.map(place))
  }
  const type = geometry.type.replace('Multi', '')
  return { ...feature, type, geometry: places[depth[geometry.type as keyof typeof depth]]!() } as Feature
}

const degreesOfMercator = (latitude: number) =>
  (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))

/** The fixtures' numbers are cut off after six digits. */
function isNear(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 2e-5 * Math.max(1e-6, Math.abs(b))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [first, second] = [a, b] as [Record<string, Json>, Record<string, Json>]
  return Object.keys({ ...first, ...second }).every(key => isNear(first[key], second[key]))
}

/** A style layer in which an expression of a type can stand, and what the renderer reads there. */
const SEATS: Record<string, (expression: Json) => [StyleLayer, (evaluated: Evaluated, layer: Layer) => Json]> = {
  number: expression => [
    { id: 'x', type: 'circle', paint: { 'circle-radius': expression } },
    (evaluated, layer) => plain(evaluated.of<number>('circle-radius', layer)(0))
  ],
  color: expression => [
    { id: 'x', type: 'circle', paint: { 'circle-color': expression } },
    (evaluated, layer) => plain(evaluated.of<Color>('circle-color', layer)(0))
  ],
  string: expression => [
    { id: 'x', type: 'symbol', layout: { 'text-field': ['to-string', expression] } },
    (evaluated, layer) => String(evaluated.of<unknown>('text-field', layer)(0))
  ],
  boolean: expression => [
    { id: 'x', type: 'circle', paint: { 'circle-radius': ['case', expression, 1, 0] } },
    (evaluated, layer) => evaluated.of<number>('circle-radius', layer)(0) === 1
  ]
}

type Layer = ReturnType<typeof decodedLayer>

/** Reads a fixture's outputs as the renderer does: what tiles can carry, from columns of the fields it names. */
function* inTiles({ expression, propertySpec, globalState, inputs = [], expected }: Fixture, type: string) {
  const seat = SEATS[type]
  if (!seat || propertySpec || globalState) return
  const [style, read] = seat(expression)
  for (const [i, [globals, given]] of inputs.entries()) {
    const { zoom = 0, availableImages = [], canonicalID, ...others } = globals
    const { properties = {}, geometry, featureState, id } = given
    const isPlain = Object.values(properties).every(value => /string|number|boolean/.test(typeof value))
    const output = expected.outputs![i]!
    if (geometry || featureState || Object.keys(others).length > 0 || !isPlain) continue
    if (output === null || (typeof output === 'object' && !Array.isArray(output))) continue
    const row = { type: 1, parts: [[0, 0]], properties, ...(id !== undefined && { id }) } as Row
    yield [read(new Evaluated(style, zoom, availableImages), decodedLayer([row])), output] as const
  }
}
