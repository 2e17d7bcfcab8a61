import t from 'tap'
import type { Field } from '../../server/catalog/layer.ts'
import { catalog, column, generate, made } from './generated.ts'

/** Layers that tile the ground or name every village have a least size, whatever the scale. */
const NEVER_SMALLER = new Set([
  'homestead-buildable-zone',
  'homestead-restricted-zone',
  'homestead-forbidden-zone',
  'place-name',
  'data-coverage-extent',
  'collective-ownership-parcel',
  'water-body'
])

t.test('the same seed makes the same bytes, another seed another district', async t => {
  const hashes = (layers: ReturnType<typeof generate>) => layers.map(({ layer, hash }) => `${layer.id} ${hash}`)
  t.strictSame(hashes(generate(1)), hashes(made))
  const other = new Set(hashes(generate(2)))
  t.strictSame(
    hashes(made).filter(hash => other.has(hash)),
    []
  )
})

t.test('every vector layer of the catalogue can be seeded', async t => {
  t.strictSame(
    made.map(({ layer }) => layer.id),
    catalog
      .layers()
      .filter(({ geometry }) => geometry !== 'Raster')
      .map(({ id }) => id)
  )
  t.ok(made.length >= 159, `${made.length} layers`)
})

t.test('every layer has about its share of features, small layers all', async t => {
  for (const { layer, rows, wanted } of made) {
    t.ok(rows.length >= Math.min(7, wanted), `${layer.id} is not bare`)
    if (NEVER_SMALLER.has(layer.id)) t.ok(rows.length >= wanted, `${layer.id}: ${rows.length} of ${wanted}`)
    else {
      // Fabric comes in whole faces: up to some 60 plots of a park, some 400 homesteads, over.
      const about = Math.max(70, wanted * 0.1) + (wanted > 500 ? 300 : 0)
      t.ok(Math.abs(rows.length - wanted) <= about, `${layer.id}: ${rows.length} of ${wanted}`)
    }
  }
  const count = (id: string) => made.find(({ layer }) => layer.id === id)?.rows.length
  t.strictSame([count('district-boundary'), count('town-boundary'), count('village-boundary')], [1, 7, 307])
})

const PATTERNS: Record<Field['type'], (value: unknown, field: Field) => boolean> = {
  text: value => typeof value === 'string' && value.length > 0,
  code: (value, field) =>
    typeof value === 'string' &&
    (catalog.codeLists.get(field.codelist ?? '')?.codes.some(({ code }) => code === value) ?? false),
  integer: value => Number.isSafeInteger(value),
  number: value => Number.isFinite(value),
  boolean: value => typeof value === 'boolean',
  date: value => /^\d{4}-\d{2}-\d{2}$/.test(String(value)) && !Number.isNaN(Date.parse(String(value))),
  datetime: value => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00$/.test(String(value))
}

/**
 * A road whose land is not surveyed, a power line whose conductors are not; a pond without a name; an order still open;
 * what was seen from the air and nobody has looked at.
 */
const MAY_BE_ABSENT = new Set([
  ...['expressway', 'national', 'provincial', 'county', 'township'].map(kind => `road-${kind}.ref_offset_m`),
  'power-transmission-line.ref_offset_m',
  'water-body.name',
  'urgent-joint-order.closed_at',
  'urgent-joint-order.elapsed_min',
  'aerial-ai-event.order_no'
])

t.test('every value is valid for its field, and keys are unique', async t => {
  for (const { layer, rows } of made) {
    const bad = new Set<string>()
    for (const { values } of rows)
      layer.fields.forEach((field, i) => {
        const value = values[i]
        const absent = value === null && MAY_BE_ABSENT.has(`${layer.id}.${field.name}`)
        if (!absent && !PATTERNS[field.type](value, field)) bad.add(`${field.name}=${value}`)
        if (field.name === 'division_code' && !/^440605\d{6}$/.test(String(value))) bad.add(`division ${value}`)
      })
    t.strictSame([...bad].slice(0, 5), [], `${layer.id}: fields`)
    t.equal(new Set(rows.map(row => row.values[0])).size, rows.length, `${layer.id}: keys`)
  }
})

t.test('codes are formed as the standards say', async t => {
  const parcels = column('cadastral-parcel', 'parcel_code')
  t.strictSame(
    parcels.filter(code => !/^440605\d{6}(GB|JC|JB)\d{5}$/.test(code)),
    []
  )
  t.strictSame(
    column('homestead-parcel', 'unit_code').filter(code => !/^440605\d{6}JC\d{5}F\d{8}$/.test(code)),
    []
  )
  t.strictSame(
    column('enterprise', 'credit_code').filter(code => !/^9144060[0-9A-HJ-NPQRTUWXY]{11}$/.test(code)),
    []
  )
})

/** Where a field names a feature of another layer: by that layer's key, or the field told. */
const REFERENCES: [from: string, to: string][] = [
  ['homestead-parcel.parcel_code', 'cadastral-parcel.parcel_code'],
  ['collective-construction-parcel.parcel_code', 'cadastral-parcel.parcel_code'],
  ['state-construction-parcel.parcel_code', 'cadastral-parcel.parcel_code'],
  ['disputed-parcel.parcel_code', 'cadastral-parcel.parcel_code'],
  ['homestead-idle.parcel_code', 'homestead-parcel.parcel_code'],
  ['park-land-plot.parcel_code', 'collective-construction-parcel.parcel_code'],
  ['registered-building.parcel_code', 'cadastral-parcel.parcel_code'],
  ['registered-building.building_code', 'building-footprint.building_code'],
  ['approved-unsupplied-land.batch_code', 'land-conversion-approval.batch_code'],
  ...['approval', 'notice', 'design'].map(part =>
    reference(`homestead-${part}`, 'homestead-application', 'application_code')
  ),
  ...['construction', 'acceptance'].map(part => reference(`homestead-${part}`, 'homestead-approval', 'approval_no')),
  ...['land-plot', 'building', 'enterprise', 'lease-plot', 'renewal-project', 'safety-hazard'].map(part =>
    reference(`park-${part}`, 'park-boundary', 'park_code')
  ),
  reference('park-demolition', 'park-renewal-project', 'project_code'),
  ...['park-enterprise', 'large-industrial-enterprise', 'pollution-source', 'hazchem-site'].map(layer =>
    reference(layer, 'enterprise', 'credit_code')
  ),
  ...['river-management-scope', 'river-chief-reach', 'water-quality-section', 'river-outfall'].map(layer =>
    reference(layer, 'river-line', 'river_code')
  ),
  ...['heritage-protection-scope', 'heritage-control-zone'].map(layer =>
    reference(layer, 'immovable-heritage', 'heritage_code')
  ),
  ...['urgent-joint-order', 'hotline-appeal', 'aerial-ai-event'].map(layer =>
    reference(layer, 'work-order', 'order_no')
  ),
  ...['address-point', 'patrol-position'].map(layer => reference(layer, 'governance-grid', 'grid_code')),
  reference('patrol-track', 'duty-grid', 'duty_code'),
  reference('aquaculture-licence', 'fish-pond', 'pond_code'),
  reference('vet-waste-point', 'vet-institution', 'licence_no'),
  reference('school-district', 'school', 'school_code'),
  ['cadastral-subdistrict.subdistrict_code', 'village-boundary.division_code']
]

function reference(from: string, to: string, field: string): [string, string] {
  return [`${from}.${field}`, `${to}.${field}`]
}

t.test('what one layer says of another is there', async t => {
  const values = (path: string) => column(...(path.split('.') as [string, string]))
  for (const [from, to] of REFERENCES) {
    const known = new Set(values(to))
    const told = values(from).filter(value => value !== 'null')
    t.ok(told.length > 0, `${from} names something`)
    t.strictSame(told.filter(value => !known.has(value)).slice(0, 3), [], `${from} → ${to}`)
  }
  const societies = new Set([
    ...column('village-group-boundary', 'group_code'),
    ...column('village-boundary', 'division_code').map(code => `N2${code}000`)
  ])
  t.strictSame(
    column('collective-ownership-parcel', 'owner_org_code').filter(code => !societies.has(code)),
    [],
    'a group or a whole village owns what is collective'
  )
  const divisions = new Set([
    '440605000000',
    ...column('town-boundary', 'division_code'),
    ...column('village-boundary', 'division_code')
  ])
  for (const { layer } of made)
    if (layer.fields.some(field => field.name === 'division_code'))
      t.strictSame(
        column(layer.id, 'division_code')
          .filter(code => !divisions.has(code))
          .slice(0, 3),
        [],
        `${layer.id} lies in divisions there are`
      )
})
