import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { Field, Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { publishRows, square, testLayer } from '../tiles/fixture.ts'

/** A small catalogue of its own: a layer of each sharing class, one without data, a map, and code lists. */

const text = (zh: string, en: string) => ({ zh, en })
const field = (name: string, type: Field['type'], zh: string, en: string, codelist?: string): Field => ({
  name,
  type,
  title: text(zh, en),
  ...(codelist && { codelist })
})

export const plots = testLayer('test-plot', {
  title: text('宅基地试验区', 'Homestead test plots'),
  description: text('一块块<地>', 'Plots & <more>'),
  fields: [
    field('plot_code', 'text', '地块编号', 'Plot number'),
    field('stage', 'code', '阶段', 'Stage', 'test-stage'),
    field('use', 'code', '用途', 'Use', 'test-use'),
    field('storeys', 'integer', '层数', 'Storeys'),
    field('height_m', 'number', '高度（米）', 'Height (m)'),
    field('is_old', 'boolean', '是否旧有', 'Old'),
    field('built_date', 'date', '建成日期', 'Date built'),
    field('seen_at', 'datetime', '巡查时间', 'Time seen'),
    field('division_code', 'text', '行政区划代码', 'Division code')
  ],
  systems: ['gis', 'homestead'],
  divisionLevel: 'village',
  style: [{ id: 'test-plot-fill', type: 'fill', 'source-layer': 'test-plot' }]
})
export const creeks = testLayer('test-creek', {
  title: text('河长制河段', 'Creek reaches'),
  theme: 'water',
  department: 'water-bureau',
  geometry: 'LineString',
  sharing: 'conditional',
  divisionLevel: 'town',
  fields: [field('reach_code', 'text', '河段编号', 'Reach'), field('division_code', 'text', '区划', 'Division code')],
  style: [{ id: 'test-creek-line', type: 'line', 'source-layer': 'test-creek' }]
})
export const cameras = testLayer('test-camera', {
  title: text('视频点', 'Cameras'),
  theme: 'water',
  geometry: 'Point',
  sharing: 'restricted',
  fields: [field('camera_code', 'text', '编号', 'Camera')],
  style: [{ id: 'test-camera-dot', type: 'circle', 'source-layer': 'test-camera' }]
})
export const empty = testLayer('test-empty', {
  title: text('空图层', 'Empty layer'),
  style: [{ id: 'test-empty-fill', type: 'fill', 'source-layer': 'test-empty' }]
})

const code = (value: string, zh: string, en: string) => ({ code: value, title: text(zh, en) })
const lists = {
  'city-system': {
    title: text('系统', 'Systems'),
    open: false,
    codes: [code('gis', '平台', 'GIS'), code('homestead', '宅基地', 'Homestead')]
  },
  'test-stage': {
    title: text('阶段', 'Stages'),
    open: false,
    codes: [code('01', '申请', 'Applied'), code('02', '审批', 'Approved')]
  },
  'test-use': { title: text('用途', 'Uses'), open: true, codes: [code('0703', '农村宅基地', 'Homestead')] }
}

export const allMap = {
  title: text('试验一图', 'Test map'),
  background: '#ffffff',
  layers: ['test-creek', 'test-plot', 'test-camera']
}

/** Environment variables that name the folders of the catalogue. */
export async function testCatalogue(t: Test, more: Layer[] = []): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-services-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const write = async (file: string, content: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  await write('layers/district.json', {
    code: '440605000000',
    title: text('佛山市南海区', 'Nanhai District'),
    extent: [112.83, 22.8, 113.27, 23.32],
    workingCrs: 'EPSG:4547'
  })
  await write('layers/themes.json', [
    { id: 'planning', title: text('规划', 'Planning') },
    { id: 'water', title: text('水务', 'Water') }
  ])
  await write('layers/departments.json', [
    { id: 'natural-resources', title: text('自然资源局', 'Natural Resources Bureau') },
    { id: 'water-bureau', title: text('水利局', 'Water Bureau') }
  ])
  for (const [id, list] of Object.entries(lists)) await write(`layers/codelists/${id}.json`, list)
  for (const { id, theme, origin: _origin, style, ...definition } of [plots, creeks, cameras, empty, ...more]) {
    await write(`layers/${theme}/${id}.json`, definition)
    await write(`styles/layers/${theme}/${id}.json`, style.length > 0 ? style : 'not a style')
  }
  await write('styles/maps/test-map.json', allMap)
  return { LAYERS_DIR: join(folder, 'layers'), STYLES_DIR: join(folder, 'styles') }
}

/** Side of the test plots in degrees: about 1 km. */
export const SIDE = 0.01
export const plotRows = [
  ['P1', '01', '0703', 2, 6.5, false, '2001-02-03', '2024-05-06T07:08:09Z', '440605011003'],
  ['P2', '01', null, null, null, null, null, null, '440605011003'],
  ['P3', '02', '9999', 1, 3, true, null, null, '440605124201'],
  ['P4', null, null, 1, 3, true, null, null, null]
].map((values, i) => ({
  geometry: { type: 'MultiPolygon' as const, coordinates: [square(113 + i * 2 * SIDE, 23, SIDE)] },
  values
}))

/** Publishes rows of every layer but the empty one. */
export async function publishAll(db: Database): Promise<void> {
  await publishRows(db, plots, plotRows)
  await publishRows(db, creeks, [
    {
      geometry: {
        type: 'LineString',
        coordinates: [
          [113.1, 23.1],
          [113.11, 23.1]
        ]
      },
      values: ['R1', '440605124000']
    }
  ])
  await publishRows(db, cameras, [{ geometry: { type: 'Point', coordinates: [113.2, 23.2] }, values: ['C1'] }])
}
