import { dissolve, faceRing } from './dissolve.ts'
import { caseStatus, family, type Recipe, type Source } from './draw.ts'
import { fabricOf, pondsOf } from './fabric.ts'
import { strips, stripsOf } from './fields.ts'
import type { Use } from './landuse.ts'
import { buildingFootprints } from './layers-tenure.ts'
import { type Registered, registeredParcels } from './parcels.ts'
import { ground, multi, ofUse, type Patch, patches, plots, polygon } from './patches.ts'
import type { Plan } from './plan.ts'
import { random } from './random.ts'
import { remembered } from './remembered.ts'
import { villageGroups } from './theme-admin.ts'
import { MU, number, parcelCode, rounded, shortName, villageCode } from './values.ts'

/** The economic society (经济联合社) of a whole village. */
const villageSociety = (village: string) => `N2${village}000`

/**
 * What economic societies own: all ground but the urban, which is the state's, and the waters. The whole district is
 * covered, by groups where groups are drawn and else by villages: a land-check asks who owns the ground.
 */
function* collectiveLand(plan: Plan): Iterable<Patch & { owner: string }> {
  const { world } = plan
  const isState = (id: number) => ['urban', 'water'].includes(world.use[id]!)
  const grouped = new Set<number>()
  for (const { code, faces } of villageGroups(plan)) {
    for (const id of faces) grouped.add(id)
    const own = faces.filter(id => !isState(id))
    if (own.length > 0) yield { ...ground(world, own, 'MultiPolygon'), owner: code }
  }
  for (const index of world.order) {
    const own = world.facesOf[index]!.filter(id => !grouped.has(id) && !isState(id))
    if (own.length > 0)
      yield { ...ground(world, own, 'MultiPolygon'), owner: villageSociety(world.villages[index]!.code) }
  }
}

function* stateParcels(plan: Plan): Iterable<Patch & Registered> {
  for (const registered of registeredParcels(plan, ['urban']))
    yield { ...polygon([registered.parcel.ring], registered.face), ...registered, area: registered.area }
}

/** Survey patches (地类图斑): village by village the whole ground, every face by what it is used for. */
function* surveyPatches({ world }: Plan): Iterable<Patch & { kind: string }> {
  const patch = (polygons: Parameters<typeof multi>[0], face: number, kind: string) => ({
    ...multi(polygons, face),
    kind
  })
  for (const village of world.order) {
    const wet = world.facesOf[village]!.filter(id => world.use[id] === 'water')
    if (wet.length > 0) yield patch(dissolve(world.mesh, wet), wet[0]!, '1101')
    for (const face of world.facesOf[village]!) {
      const use = world.use[face]!
      const ring = faceRing(world.mesh, face)
      const r = random(world.seed, 'survey', face)
      if (use === 'water') continue
      const inner = use in BLOCK ? fabricOf(world, face).blocks : use === 'pond' ? pondsOf(world, face) : []
      for (const block of inner) {
        const codes = BLOCK[use] ?? ['1104']
        yield patch([[block]], face, codes[Math.floor(r() * codes.length)]!)
      }
      const codes = AROUND[use] ?? ['1201']
      yield patch([[ring, ...inner.map(block => block.toReversed())]], face, codes[Math.floor(r() * codes.length)]!)
    }
  }
}

/** What blocks of built ground are, and what lies around them or fills a face (codes of the third national survey). */
const BLOCK: Partial<Record<Use, string[]>> = {
  urban: ['0701', '0701', '0701', '05H1', '05H1', '08H2', '08H1', '0810', '0809'],
  homestead: ['0702'],
  industry: ['0601', '0601', '0601', '0508']
}
const AROUND: Partial<Record<Use, string[]>> = {
  urban: ['1004'],
  industry: ['1004'],
  homestead: ['1004'],
  pond: ['1202', '1107', '0201'],
  farmland: ['0101', '0101', '0102', '0103'],
  orchard: ['0201'],
  forest: ['0301'],
  reserve: ['1201', '0103', '1202']
}

export const conversionBatches = remembered((plan: Plan): (Patch & { kind: string })[] => [
  ...patches('MultiPolygon', ofUse('reserve', 'orchard'), { by: 'village', most: 3 })(
    plan,
    plan.wanted('land-conversion-approval'),
    'land-conversion-approval'
  )
])

const batchCode = (i: number) => `PC440605${number(i + 1, 4)}`

/** Plots of the batches that nobody was given yet. */
function* unsupplied(plan: Plan): Iterable<Patch & { batch: number }> {
  const { world } = plan
  for (let k = 0; k < 12; k++)
    for (const [batch, { faces }] of conversionBatches(plan).entries()) {
      const ring = faces.flatMap(face => stripsOf(world, face, 6000).map(strip => ({ strip, face })))[k * 2]
      if (ring) yield { ...polygon([ring.strip], ring.face), batch }
    }
}

/** Villages are the cadastral sub-districts. */
function* subdistricts({ world }: Plan): Iterable<Patch & { code: string; name: string }> {
  for (const { index, code, name } of world.villages)
    yield { ...ground(world, world.facesOf[index]!, 'Polygon'), code, name }
}

const empty = plots(['urban', 'industry'], { fits: ({ built, area }) => !built && area > 300 })

const woods: Source<Patch> = patches('Polygon', ofUse('forest'))

export const tenure: Record<string, Recipe> = {
  'collective-ownership-parcel': family(
    collectiveLand,
    d => ({
      parcel_code: `${d.division}JA${number(d.i + 1, 5)}`,
      ownership_code: 'J',
      owner_org_code: d.spot.owner,
      right_type: '1',
      parcel_area_m2: rounded(d.spot.area),
      registered_date: d.day(2500, 5200),
      division_code: d.division
    }),
    { whole: true }
  ),
  'state-construction-parcel': family(stateParcels, d => ({
    parcel_code: d.spot.code,
    right_type: d.spot.rightType,
    registered_use_code: d.some(['0701', 6], ['05H1', 3], ['08H2', 1]),
    parcel_area_m2: d.spot.area,
    acquire_method: d.some(['出让', 7], ['划拨', 3], ['作价出资', 0.3]),
    term_end_date: d.day(-2000, -25000),
    division_code: d.spot.village
  })),
  'registered-building': () =>
    function* (plan) {
      let left = plan.wanted('registered-building')
      for (const { shape, values } of buildingFootprints(plan)) {
        const code = String(values.building_code)
        const r = random(plan.world.seed, 'registered', code)
        if (shape.type !== 'MultiPolygon' || r() < 0.14) continue
        if (left-- <= 0) return
        const floors = Number(values.floor_count)
        yield {
          shape: { type: 'Polygon', rings: shape.polygons[0]! },
          values: {
            building_code: code,
            parcel_code: code.slice(0, 19),
            fixture_code: 'F',
            unit_count: floors > 9 ? floors * 4 : 1,
            structure: values.structure!,
            floor_count: floors,
            building_area_m2: rounded(Number(values.base_area_m2) * floors),
            completed_date: `${1985 + Math.floor(r() * 39)}-0${1 + Math.floor(r() * 9)}-15`,
            division_code: values.division_code!
          }
        }
      }
    },
  'contracted-land-parcel': family(strips(['farmland', 'orchard'], 3200), d => ({
    land_parcel_code: `${d.division}${number(d.i + 1, 7)}`,
    land_class: d.some(['10', 86], ['21', 4], ['22', 7], ['23', 1], ['99', 2]),
    contract_area_mu: rounded(d.spot.area / MU),
    contractor_ref: d.ref('CB', d.spot.face, Math.floor(d.spot.index / 2)),
    term_end_date: d.one(['2028-12-31', '2029-12-31', '2059-12-31']),
    division_code: d.division
  })),
  'forest-tenure-parcel': family(woods, d => ({
    parcel_code: `${d.division}JE${number(d.i + 1, 5)}`,
    right_type: '11',
    forest_class: d.some(['生态公益林', 7], ['经济林', 2], ['用材林', 1]),
    dominant_species: d.one(['马占相思', '尾叶桉', '荷木', '黎蒴', '湿地松', '樟树']),
    area_ha: rounded(d.spot.area / 1e4, 4),
    term_end_date: d.day(-4000, -18000),
    division_code: d.division
  })),
  'land-survey-patch': family(surveyPatches, d => ({
    patch_code: `${d.division}T${number(d.i + 1, 6)}`,
    feature_code: '2001010100',
    landuse_survey_code: d.spot.kind,
    ownership_nature: d.use === 'urban' || d.use === 'water' ? '国有土地所有权' : '集体土地所有权',
    patch_area_m2: rounded(d.spot.area),
    survey_year: 2025,
    division_code: d.division
  })),
  'land-conversion-approval': family(conversionBatches, d => ({
    batch_code: batchCode(d.i),
    approval_no: `粤自然资建〔${2015 + (d.i % 11)}〕示例${d.i + 1}号`,
    total_area_ha: rounded(d.spot.area / 1e4, 4),
    farmland_area_ha: rounded((d.spot.area / 1e4) * d.num(0.3, 0.8, 3), 4),
    approved_date: `${2015 + (d.i % 11)}-0${1 + (d.i % 9)}-20`,
    division_code: d.division
  })),
  'approved-unsupplied-land': family(unsupplied, d => ({
    plot_code: d.key('PEWG440605', 4),
    batch_code: batchCode(d.spot.batch),
    unsupplied_area_ha: rounded(d.spot.area / 1e4, 4),
    approved_date: `${2015 + (d.spot.batch % 11)}-0${1 + (d.spot.batch % 9)}-20`,
    reason: d.one(['征地补偿未完成', '规划调整', '基础设施未配套', '项目未落地', '历史遗留']),
    division_code: d.division
  })),
  'idle-land': family(empty, d => ({
    plot_code: parcelCode(d.plan.world, d.spot.face, d.spot.index),
    supervision_no: d.key('4406052019B', 5),
    idle_area_ha: rounded(d.spot.area / 1e4, 4),
    identified_date: d.day(30, 1500),
    case_status: caseStatus(d),
    division_code: villageCode(d.plan.world, d.spot.face)
  })),
  'cadastral-subdistrict': family(subdistricts, d => ({
    subdistrict_code: d.spot.code,
    district_code: d.spot.code.slice(0, 9),
    name: `${shortName(d.spot.name)}地籍子区`,
    area_m2: rounded(d.spot.area)
  }))
}
