import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import type { Catalog } from '../../server/catalog/catalog.ts'
import { loadCatalog, printProblem } from '../../server/catalog/load.ts'
import { ROOT } from '../helper.ts'

/** A parsed file, object or array, about to be changed on purpose. */
type Parsed = Record<string, unknown[]> & unknown[]
type Change = (value: Parsed) => unknown

type Changes = Record<string, string | null | Change>

/** A copy of layers/ and styles/ to break. */
async function copied(t: Test): Promise<string> {
  const folder = t.testdir()
  for (const root of ['layers', 'styles']) await cp(`${ROOT}${root}`, `${folder}/${root}`, { recursive: true })
  return folder
}

/** Loads a copy with some files changed: text is written, null deletes, a function edits the JSON. */
async function loadChanged(folder: string, changes: Changes): Promise<Catalog> {
  for (const [path, change] of Object.entries(changes)) {
    const file = `${folder}/${path}`
    await mkdir(dirname(file), { recursive: true })
    if (change === null) await rm(file, { force: true })
    else if (typeof change === 'string') await writeFile(file, change)
    else await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))))
  }
  return loadCatalog(`${folder}/layers`, `${folder}/styles`)
}

const changed = async (t: Test, changes: Changes) => loadChanged(await copied(t), changes)

const lines = (catalog: Catalog) => catalog.problems.map(printProblem)
const original = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)

t.test('every layer, code list and map of the project loads without a problem', async t => {
  t.strictSame(lines(original), [])
  t.equal(original.layers().length, 159)
  t.equal(original.codeLists.size, 51)
  t.strictSame(
    [...original.maps.keys()],
    [
      'agriculture-fishery',
      'all',
      'animal-health',
      'base-grey',
      'base',
      'change-detection',
      'city-ops',
      'economy',
      'emergency',
      'homestead',
      'industrial-park',
      'land-tenure',
      'planning-control',
      'public-service',
      'transport',
      'water-environment'
    ]
  )
  t.equal(original.district.code, '440605000000')
  t.strictSame(
    original.maps.get('all')?.layers.toSorted(),
    original
      .layers()
      .map(({ id }) => id)
      .toSorted()
  )
})

t.test('every layer is one of a themed map, and every map shows something at first', async t => {
  const themed = [...original.maps.values()].filter(({ id }) => id !== 'all' && !id.startsWith('base'))
  t.strictSame(
    original.layers().flatMap(({ id }) => (themed.some(({ layers }) => layers.includes(id)) ? [] : [id])),
    ['poi']
  )
  for (const { id, layers, hidden = [] } of themed) {
    t.ok(layers.length - hidden.length >= 5, id)
    for (const ground of ['town-boundary', 'district-boundary', 'place-name'])
      t.ok(layers.includes(ground) && !hidden.includes(ground), `${id} has ${ground}`)
  }
})

t.test('one field name means one thing: the same title in Chinese is the same in English', async t => {
  const titles = new Map<string, string>()
  // 站名 is a stop's name for a bus.
  const apart = new Set(['vet-institution', 'bus-stop'])
  for (const { id, fields } of original.layers())
    for (const { name, title } of fields) {
      if (apart.has(id)) continue
      const known = titles.get(`${name} ${title.zh}`) ?? title.en
      t.equal(title.en, known, `${id}.${name} ${title.zh}`)
      titles.set(`${name} ${title.zh}`, known)
    }
})

t.test('every layer says in both languages that its data is synthetic', async t => {
  for (const { id, description } of original.layers()) {
    t.match(description?.zh, /合成演示数据/, id)
    t.match(description?.en, /Synthetic demonstration data/, id)
  }
})

t.test('moments are moments and days are days', async t => {
  for (const { id, fields } of original.layers())
    for (const { name, type } of fields) {
      if (name.endsWith('_at')) t.equal(type, 'datetime', `${id}.${name}`)
      if (/_(date|on)$/.test(name)) t.equal(type, 'date', `${id}.${name}`)
    }
})

const SOURCE = { schema: 'Cadastre', table: 'ZD', geometry: 'SHAPE', key: 'OBJECTID' }
const NEW = 'layers/admin/new-layer.json'
const layer = (more: object = {}) => ({
  title: { zh: '新', en: 'New' },
  department: 'transport',
  geometry: 'Point',
  fields: [{ name: 'code', type: 'text', title: { zh: '码', en: 'Code' } }],
  sharing: 'open',
  updateCycle: 'daily',
  divisionLevel: 'town',
  systems: ['gis'],
  zoom: { min: 8, max: 20 },
  standard: 'local',
  landCheck: { role: 'none' },
  ...more
})
const field = (more: object) => ({ name: 'code', type: 'text', title: { zh: '码', en: 'Code' }, ...more })
const STYLE = 'styles/layers/admin/new-layer.json'
const style = (more: object = {}) => ({ id: 'new-layer', type: 'circle', 'source-layer': 'new-layer', ...more })

t.test('a broken layer is reported with file and pointer, and is the only one that is missing', async t => {
  const cases: [string, object | string, string[]][] = [
    ['not JSON', '{"title":', [' SyntaxError']],
    ['not an object', '[]', [' must be object']],
    [
      'several faults at once',
      layer({ geometry: 'Blob', sharing: 'x', hue: 1, department: undefined }),
      [
        " must have required property 'department'",
        ' must not have "hue"',
        ' /geometry must be one of Point, MultiPoint',
        ' /sharing must be one of open, conditional, restricted'
      ]
    ],
    ['an unknown department', layer({ department: 'no-such' }), [' /department there is no department "no-such"']],
    ['an unknown system', layer({ systems: ['gis', 'no-such'] }), [' /systems/1 there is no system "no-such"']],
    [
      'an unknown code list',
      layer({ fields: [field({ type: 'code', codelist: 'no-such' })] }),
      [' /fields/0/codelist there is no code list "no-such"']
    ],
    ['a code without a list', layer({ fields: [field({ type: 'code' })] }), [' /fields/0 a field of type code needs']],
    [
      'a list on a text',
      layer({ fields: [field({ codelist: 'wo-status' })] }),
      [' /fields/0/codelist only a field of']
    ],
    ['one name twice', layer({ fields: [field({}), field({})] }), [' /fields/1/name "code" is already the name of']],
    [
      'a column of the platform',
      layer({ fields: [field({ name: 'rev_to' })] }),
      [' /fields/0/name "rev_to" is a column']
    ],
    ['zooms crossed', layer({ zoom: { min: 12, max: 11 } }), [' /zoom min 12 is above max 11']],
    [
      'areas put together as points',
      layer({ geometry: 'Polygon', cluster: { radius: 64, maxZoom: 14 } }),
      [' /cluster only points can be put together; this layer is Polygon']
    ],
    [
      'a dimension over a field that is no time',
      layer({ dimensions: { time: 'code', elevation: 'nothing' } }),
      [
        ' /dimensions/time there is no field "code" of type date or datetime',
        ' /dimensions/elevation there is no field "nothing" of type integer or number'
      ]
    ],
    ['a setback without metres', layer({ landCheck: { role: 'setback' } }), [' /landCheck role setback needs']],
    [
      'metres without a setback',
      layer({ landCheck: { role: 'info', setbackMetres: 5 } }),
      [' /landCheck/setbackMetres only']
    ],
    [
      'demonstration data for a table published in place',
      layer({ source: SOURCE, expectedFeatures: 5 }),
      [' /source a table published in place gets no demonstration data']
    ],
    ['pictures from a table', layer({ source: SOURCE, geometry: 'Raster' }), [' /source a Raster is not']],
    [
      'a source without a key',
      layer({ source: { ...SOURCE, key: undefined } }),
      [" /source must have required property 'key'"]
    ],
    [
      'an extent the wrong way round',
      layer({ extent: [113, 23, 112, 24] }),
      [' /extent must be west, south, east, north']
    ]
  ]
  const folder = await copied(t)
  for (const [what, content, expected] of cases) {
    await t.test(what, async t => {
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      const catalog = await loadChanged(folder, { [NEW]: text, [STYLE]: JSON.stringify([style()]) })
      const found = lines(catalog)
      t.equal(found.length, expected.length, found.join('\n'))
      for (const [i, start] of expected.entries()) t.ok(found[i]?.startsWith(NEW + start), String(found[i]))
      t.equal(catalog.find('new-layer'), undefined)
      t.equal(catalog.layers().length, 159, 'the others are unharmed')
    })
  }
})

t.test('a broken style is reported, and its layer is drawn in the default style', async t => {
  const cases: [string, string | null, string[]][] = [
    ['missing', null, [' the file is missing']],
    ['not JSON', '[', [' SyntaxError']],
    ['no style layers', '[[], 3]', [' /0 must be an object', ' /1 must be an object']],
    ['empty', '[]', [' must be an array of at least one']],
    [
      'another layer in source-layer',
      JSON.stringify([style({ 'source-layer': 'poi' })]),
      [' /0/source-layer must be "new-layer" or "new-layer-label"']
    ],
    ['another layer in the id', JSON.stringify([style({ id: 'poi' })]), [' /0/id must be "new-layer" or begin with']],
    ['a source of its own', JSON.stringify([style({ source: 'x' })]), [' /0/source is named by whoever composes']],
    [
      'a field that there is not',
      JSON.stringify([style({ filter: ['has', 'nope'] })]),
      [' /0/filter/1 the layer has no field "nope"']
    ],
    [
      'a legacy filter',
      JSON.stringify([style({ filter: ['==', 'code', '1'] })]),
      [' /0/filter "==" compares two constants']
    ],
    [
      'what MapLibre refuses',
      JSON.stringify([style({ paint: { 'circle-color': 'reddish', 'line-width': 1 } })]),
      [' /0/paint/circle-color color expected', ' /0/paint/line-width unknown property']
    ]
  ]
  const folder = await copied(t)
  for (const [what, text, expected] of cases) {
    await t.test(what, async t => {
      const catalog = await loadChanged(folder, { [NEW]: JSON.stringify(layer()), [STYLE]: text })
      const found = lines(catalog)
      t.equal(found.length, expected.length, found.join('\n'))
      for (const [i, start] of expected.entries()) t.ok(found[i]?.startsWith(STYLE + start), String(found[i]))
      t.equal(catalog.get('new-layer').style[0]?.id, 'new-layer')
      t.equal(catalog.layers().length, 160)
    })
  }
})

t.test('everything wrong is reported at once, and what is right is served', async t => {
  const catalog = await changed(t, {
    'layers/base-geography/town-boundary.json': JSON.stringify(layer()),
    'layers/admin/Bad_Name.json': JSON.stringify(layer()),
    'styles/layers/admin/Bad_Name.json': JSON.stringify([style({ id: 'Bad_Name', 'source-layer': 'Bad_Name' })]),
    'styles/layers/admin/stray.json': '[]',
    'styles/layers/city-ops/work-order.json': null,
    'layers/codelists/wo-status.json': list => ({ ...list, codes: [...(list['codes'] ?? []), list['codes']?.[0]] }),
    'layers/codelists/wo-source.json': '{',
    'layers/themes.json': themes => [...themes, { id: 'half' }],
    'layers/departments.json': departments => [...departments, departments[0]],
    'styles/maps/all.json': map => ({
      ...map,
      layers: [...(map['layers'] ?? []), 'nowhere'],
      hidden: [...(map['hidden'] ?? []), 'elsewhere']
    }),
    'styles/maps/homestead.json': map => ({ ...map, background: 'red' })
  })
  const found = lines(catalog)
  for (const start of [
    'layers/base-geography/town-boundary.json the id "town-boundary" is already taken by layers/admin/town-boundary.json',
    'layers/admin/Bad_Name.json "Bad_Name" cannot be a layer\'s id',
    'styles/layers/admin/stray.json there is no layers/admin/stray.json',
    'styles/layers/city-ops/work-order.json the file is missing',
    'layers/codelists/wo-status.json /codes/7 "10" is already at /codes/0',
    'layers/codelists/wo-source.json SyntaxError',
    `layers/themes.json /${original.themes.length} must have required property 'title'`,
    `layers/departments.json /${original.departments.size} "civil-affairs" is already at /0`,
    `styles/maps/all.json /layers/${original.maps.get('all')?.layers.length} there is no layer "nowhere"`,
    `styles/maps/all.json /hidden/${original.maps.get('all')?.hidden?.length} "elsewhere" is not one of the map's layers`,
    'styles/maps/homestead.json /background must match pattern'
  ])
    t.equal(found.filter(line => line.startsWith(start)).length, 1, start)
  t.equal(found.length, 11, found.join('\n'))
  t.strictSame(
    catalog
      .layers()
      .map(({ id }) => id)
      .toSorted(),
    original
      .layers()
      .map(({ id }) => id)
      .toSorted()
  )
  t.equal(catalog.get('town-boundary').theme, 'admin', 'of two layers with one id the first by name stays')
  t.equal(catalog.maps.size, original.maps.size - 1)
  t.notOk(catalog.maps.has('homestead'), 'a broken map is left out')
  t.strictSame(catalog.maps.get('all')?.layers, original.maps.get('all')?.layers)
})

t.test('a folder that is no theme is reported once', async t => {
  const catalog = await changed(t, { 'layers/no-theme/lost.json': JSON.stringify(layer()) })
  t.strictSame(lines(catalog), ['layers/no-theme there is no theme "no-theme" in themes.json'])
  t.equal(catalog.layers().length, 159)
})

t.test('a layer may not be named as the labels of another are', async t => {
  const catalog = await changed(t, {
    'layers/base-geography/poi-label.json': JSON.stringify(layer()),
    'styles/layers/base-geography/poi-label.json': '[]'
  })
  t.match(lines(catalog), [/^layers\/base-geography\/poi-label.json "poi-label" cannot be a layer's id/])
  t.equal(catalog.find('poi-label'), undefined)
})

t.test('a map is not blamed for a layer that is broken', async t => {
  const catalog = await changed(t, { 'layers/base-geography/poi.json': '{}' })
  t.ok(lines(catalog).every(line => line.startsWith('layers/base-geography/poi.json')))
  t.equal(catalog.maps.get('all')?.layers.includes('poi'), false)
})

t.test('without a district there is nothing to serve', async t => {
  await t.rejects(changed(t, { 'layers/district.json': district => ({ ...district, code: 'x' }) }), {
    message: /layers\/district.json \/code must match pattern/
  })
})

t.test('rule sets are not layers', async t => {
  const catalog = await changed(t, { 'layers/rulesets/any-demo.json': '{}' })
  t.strictSame(lines(catalog), [])
})

t.test('a layer may name a table that is there already', async t => {
  const source = { ...SOURCE, versionColumn: 'edited_at' }
  const catalog = await changed(t, { [NEW]: JSON.stringify(layer({ source })), [STYLE]: JSON.stringify([style()]) })
  t.strictSame(lines(catalog), [])
  t.strictSame(catalog.get('new-layer').source, source)
})
