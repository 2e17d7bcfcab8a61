import t from 'tap'
import type { Reason } from '../../server/land-check/answer/judge.ts'
import { checkMany } from '../../server/land-check/check.ts'
import { judgeCap } from '../../server/land-check/kinds/cap.ts'
import { judgeDistance } from '../../server/land-check/kinds/distance.ts'
import { type HouseholdInput, judgeHousehold } from '../../server/land-check/kinds/household.ts'
import { featureCodeOf, maskCode } from '../../server/land-check/kinds/parcel-code.ts'
import { type HeldParcel, judgeTenure, type TenureInput } from '../../server/land-check/kinds/tenure.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import { loadRulesets } from '../../server/land-check/rules/load-rulesets.ts'
import type { CapRule, DistanceRule, HouseholdRule, TenureRule } from '../../server/land-check/rules/rule.ts'
import { onBothDatabases, ROOT } from '../helper.ts'
import { box, checkWkt, engineOf, lay, layerOf, rulesetOf, statusOf, wktOf, zone } from './ground.ts'

/** Tenure, area caps, one household one homestead: judged from tables, then by the engine. */

const common = { mandatory: true, legalBasis: [] }
const TITLE = { zh: '试', en: 'sample' }
const JC = '440605011001JC00001'
const severities = (reasons: Reason[] | undefined) => (reasons ?? []).map(({ code, severity }) => `${severity} ${code}`)

const TENURE: TenureRule = {
  ...common,
  id: 'TEN',
  title: TITLE,
  kind: 'tenure',
  layer: 'homestead',
  accuracyM: 0.05,
  codeField: 'code',
  holderField: 'kind',
  treatments: [
    { featureCode: 'Z*', treatment: 'dispute', effect: 'review' },
    { featureCode: '*W', treatment: 'dispute', effect: 'review' },
    { featureCode: 'JC', holder: 'same', treatment: 'rebuild', effect: 'inform' },
    { featureCode: 'JC', holder: 'surrendered', treatment: 'surrender', effect: 'restrict' },
    { featureCode: 'JC', holder: 'other', treatment: 'conflict', effect: 'prohibit' },
    { featureCode: 'G*', treatment: 'state-land', effect: 'prohibit' },
    { featureCode: 'JD', treatment: 'conversion', effect: 'restrict' },
    { featureCode: 'JA', treatment: 'base', effect: 'inform' }
  ]
}
const household = { pseudonym: 'H1', collective: 'C1', surrenderParcelCodes: ['440605011001JC00002'] }
const held = (code: string | null, holder: string | null = 'H2', more: Partial<HeldParcel> = {}): HeldParcel => ({
  code,
  holder,
  area: 12,
  ...more
})
const tenureOf = (parcels: HeldParcel[], more: Partial<TenureInput> = {}, rule = TENURE) =>
  judgeTenure(rule, {
    parcels: { base: parcels },
    ground: { base: { area: 120, covered: 0 } },
    ignorableM2: 0.5,
    ...more
  })

t.test('a parcel code tells its kind at characters 13 and 14, and is struck out for others', async t => {
  t.equal(featureCodeOf(JC), 'JC')
  t.equal(featureCodeOf(`${JC}F00000001`), 'JC')
  for (const code of [null, '', '4406051230050000001', '440605011001jc00001', '440605011001KC00001'])
    t.equal(featureCodeOf(code), null)
  t.equal(maskCode(JC), '440605011001JC*****')
  t.equal(maskCode(`${JC}F00000001`), '440605011001JC**************')
  t.equal(maskCode('4406051230050000001'), '440605123**********')
  t.equal(maskCode('ab'), 'a*')
})

t.test('every treatment follows from the feature code and from who holds the parcel', async t => {
  const cases: [name: string, parcel: HeldParcel, holder: string, expected: string[]][] = [
    ['JC of the household', held(JC, 'H1'), 'same rebuild', []],
    ['JC given up', held('440605011001JC00002', 'H1'), 'surrendered surrender', ['CONDITIONAL TENURE_SURRENDER']],
    ['JC of others', held(JC), 'other conflict', ['REJECT TENURE_CONFLICT']],
    ['what others hold cannot be given up', held('440605011001JC00002'), 'other conflict', ['REJECT TENURE_CONFLICT']],
    ['JC of nobody registered', held(JC, null), 'unknown conflict', ['REVIEW TENURE_CONFLICT']],
    ['state land', held('440605011001GB00001'), 'other state-land', ['REJECT TENURE_STATE_LAND']],
    ['contracted land', held('440605011001JD00001'), 'other conversion', ['CONDITIONAL TENURE_CONVERSION']],
    ['undetermined right', held('440605011001JW00001'), 'other dispute', ['REVIEW TENURE_DISPUTE']],
    ['undetermined owner', held('440605011001ZC00001', 'H1'), 'same dispute', ['REVIEW TENURE_DISPUTE']],
    ['collective land', held('440605011001JA00001'), 'other base', []],
    ['no treatment fits: never nothing', held('440605011001JE00001'), 'other conflict', ['REVIEW TENURE_UNTREATED']],
    ['a code of another shape', held('4406051230050000001'), 'other conflict', ['REVIEW TENURE_UNTREATED']],
    ['no code', held(null), 'other conflict', ['REVIEW TENURE_UNTREATED']]
  ]
  for (const [name, parcel, holder, expected] of cases) {
    const judged = tenureOf([parcel], { household })
    t.strictSame(severities(judged.reasons.base), expected, name)
    t.equal(judged.status, 'HIT', name)
    t.equal(judged.tenure.map(line => `${line.holder} ${line.treatment}`)[0], holder, name)
  }
  const codeless = tenureOf([held('4406051230050000001')], { household }, { ...TENURE, featureCode: 'JD' })
  t.strictSame(
    severities(codeless.reasons.base),
    ['CONDITIONAL TENURE_CONVERSION'],
    'the layer says what its codes do not'
  )
})

t.test(
  'without a household a homestead below is a conflict to be reviewed, and state land stays what it is',
  async t => {
    t.strictSame(severities(tenureOf([held(JC)]).reasons.base), ['REVIEW TENURE_CONFLICT'])
    t.strictSame(severities(tenureOf([held('440605011001GB00001')]).reasons.base), ['REJECT TENURE_STATE_LAND'])
    t.equal(tenureOf([held(JC)]).tenure[0]?.holder, 'unknown')
  }
)

t.test('codes that others hold are never shown whole; reasons name both languages and the area', async t => {
  const { tenure, reasons } = tenureOf([held(JC), held('440605011001JC00009')], { household })
  t.strictSame(
    tenure.map(line => [line.parcelCode, line.featureCode, line.area]),
    [
      ['440605011001JC*****', 'JC', 12],
      ['440605011001JC*****', 'JC', 12]
    ]
  )
  t.equal(reasons.base?.length, 1, 'one reason for all of a kind')
  t.match(reasons.base?.[0]?.message, { zh: /他人的宗地.*24\.00平方米：权属冲突/, en: /somebody else’s.*24\.00 m²/ })
  t.notMatch(JSON.stringify([tenure, reasons]), /JC0000/)
  t.equal(tenureOf([held(JC, 'H1')], { household }).tenure[0]?.parcelCode, JC, 'its own code is')
})

t.test('slivers are listed and count for nothing; a clear parcel is not hit', async t => {
  const judged = tenureOf([held(JC, 'H2', { area: 0.2, sliver: true })], { household })
  t.equal(judged.status, 'SLIVER')
  t.strictSame(judged.reasons.base, [])
  t.equal(judged.tenure.length, 1)
  t.equal(tenureOf([], { household }).status, 'NO_HIT')
  const many = [0.2, 0.2, 0.2].map(area => held(JC, 'H2', { area, sliver: true }))
  t.strictSame(severities(tenureOf(many, { household }).reasons.base), ['REJECT TENURE_CONFLICT'], 'not small together')
})

t.test('what is unknown leaves only a rejection standing', async t => {
  const other = tenureOf([held(JC)], { household, gap: 'no_coverage' })
  t.equal(other.status, 'HIT')
  const none = tenureOf([], { household, gap: 'no_coverage' })
  t.match(none, { status: 'NOT_EVALUATED', reason: 'no_coverage', reasons: { base: [{ severity: 'INDETERMINATE' }] } })
  t.equal(tenureOf([held(JC, 'H1')], { household, gap: 'timeout' }).status, 'NOT_EVALUATED')
})

t.test('variants are judged by what they overlap', async t => {
  const { reasons } = tenureOf([], {
    household,
    parcels: { base: [], dilated: [held(JC)] },
    ground: { base: { area: 120, covered: 0 }, dilated: { area: 130, covered: 12 } }
  })
  t.strictSame(severities(reasons.base), [])
  t.strictSame(severities(reasons.dilated), ['REJECT TENURE_CONFLICT'])
  t.strictSame(severities(reasons.eroded), [], 'one that was not measured is judged as the parcel itself')
})

t.test('collective ownership must cover the parcel, and be of the applicant’s collective', async t => {
  const rule: TenureRule = {
    ...TENURE,
    holderField: undefined,
    mustCover: {
      effect: 'review',
      collectiveField: 'kind',
      collectiveEffect: 'prohibit',
      collectiveNotAskedAt: ['pre-check']
    }
  }
  const ja = (collective: string, area = 120) => held('440605011001JA00001', null, { collective, area })
  const of = (parcels: HeldParcel[], covered: number, more: Partial<TenureInput> = {}) => {
    const judged = tenureOf(parcels, { household, ground: { base: { area: 120, covered } }, ...more }, rule)
    return [judged.status, ...severities(judged.reasons.base)]
  }
  t.strictSame(of([ja('C1')], 120), ['HIT'])
  t.strictSame(of([ja('C1')], 119.5), ['HIT'], 'a digitising gap may be left')
  t.strictSame(of([ja('C1')], 119.4999), ['HIT', 'REVIEW TENURE_NOT_COVERED'])
  t.strictSame(of([], 0), ['HIT', 'REVIEW TENURE_NOT_COVERED'])
  t.strictSame(of([ja('C2')], 120), ['HIT', 'REJECT OTHER_COLLECTIVE'])
  t.strictSame(of([ja('C1')], 120, { household: { pseudonym: 'H1' } }), ['HIT', 'REVIEW COLLECTIVE_UNKNOWN'])
  const { household: _, ...nobody } = { household: undefined, stage: 'pre-check' }
  const judged = judgeTenure(rule, {
    ...nobody,
    parcels: { base: [ja('C1')] },
    ground: { base: { area: 120, covered: 120 } },
    ignorableM2: 0.5
  })
  t.strictSame(judged.reasons.base, [], 'before anybody applies the owner is not asked about')
})

t.test('rebuilding in place needs the household’s own homestead below', async t => {
  const rule: TenureRule = { ...TENURE, mustCover: { effect: 'review', holder: 'same' } }
  const ground = { base: { area: 120, covered: 120 } }
  const own = (area: number) => held(JC, 'H1', { area })
  t.strictSame(severities(tenureOf([own(120)], { household, ground }, rule).reasons.base), [])
  t.strictSame(
    severities(
      tenureOf([own(80), held('440605011001JC00003', 'H2', { area: 40 })], { household, ground }, rule).reasons.base
    ),
    ['REJECT TENURE_CONFLICT', 'REVIEW TENURE_NOT_COVERED']
  )
})

const CAP: CapRule = {
  ...common,
  id: 'CAP',
  title: TITLE,
  kind: 'cap',
  effect: 'restrict',
  areaMethod: 'planar',
  toleranceM2: 0.005,
  values: (['plain', 'hill', 'mountain'] as const).map((terrain, i) => ({
    code: terrain,
    title: TITLE,
    terrain,
    maxM2: [80, 120, 150][i]!,
    validFrom: '2022-08-01',
    validTo: '2027-01-01',
    citation: '第四十二条'
  }))
}
const capOf = (areaPlanar: number, more: object = {}, rule: CapRule = CAP) =>
  judgeCap(rule, {
    areaPlanar,
    areaEllipsoid: areaPlanar - 0.0168,
    terrainClass: 'plain',
    validTime: '2026-07-01',
    ...more
  })

t.test('the unrounded area is compared by its method, to the tolerance', async t => {
  for (const [area, kept] of [
    [79.99, true],
    [80, true],
    [80.004, true],
    [80.005, true],
    [80.006, false],
    [80.0051, false]
  ] as const) {
    const judged = capOf(area)
    t.equal(judged.caps[0]?.kept, kept, String(area))
    t.equal(judged.status, kept ? 'NO_HIT' : 'HIT')
    t.strictSame(severities(judged.reasons.base), kept ? [] : ['CONDITIONAL AREA_CAP_EXCEEDED'])
    t.equal(judged.caps[0]?.excessM2, kept ? 0 : Math.round((area - 80) * 1e6) / 1e6)
  }
  const judged = capOf(80.006)
  t.strictSame(judged.reasons.dilated, judged.reasons.base, 'a survey’s accuracy makes no parcel larger')
  t.match(judged.reasons.base?.[0]?.message, {
    zh: /80\.006.*80平方米0\.006.*79\.989/,
    en: /80\.006 m².*0\.006.*79\.989/
  })
  t.equal(capOf(80.02, {}, { ...CAP, areaMethod: 'ellipsoid' }).caps[0]?.kept, true, '80.0032 on the ellipsoid')
  t.match(capOf(80.02, {}, { ...CAP, areaMethod: 'ellipsoid' }).caps[0], { areaM2: 80.0032, areaMethod: 'ellipsoid' })
})

t.test('the cap is that of the terrain and of the day: first day in, last day out', async t => {
  t.equal(capOf(110, { terrainClass: 'hill' }).status, 'NO_HIT')
  t.equal(capOf(130, { terrainClass: 'hill' }).caps[0]?.maxM2, 120)
  t.equal(capOf(150, { terrainClass: 'mountain' }).status, 'NO_HIT')
  t.match(capOf(90, { terrainClass: undefined }), {
    status: 'NOT_EVALUATED',
    reason: 'input_missing',
    caps: [],
    reasons: { base: [{ severity: 'INDETERMINATE' }] }
  })
  t.equal(capOf(90, { terrainClass: undefined }, { ...CAP, defaultTerrain: 'plain' }).status, 'HIT')
  t.equal(capOf(90, { validTime: '2022-08-01' }).status, 'HIT')
  t.equal(capOf(90, { validTime: '2026-12-31' }).status, 'HIT')
  for (const validTime of ['2022-07-31', '2027-01-01'])
    t.match(capOf(90, { validTime }), { status: 'NOT_EVALUATED', reason: 'input_missing' }, validTime)
  const anywhere = { ...CAP, values: [{ code: 'x', title: TITLE, maxM2: 85, validFrom: '2000-01-01', citation: 'c' }] }
  t.equal(capOf(90, { terrainClass: undefined }, anywhere).status, 'HIT', 'a cap for every terrain asks for none')
})

const REGISTER: HouseholdRule = {
  ...common,
  id: 'HSH',
  title: TITLE,
  kind: 'household',
  layer: 'homestead',
  holderField: 'kind',
  codeField: 'code',
  effect: 'prohibit',
  notAskedAt: ['pre-check'],
  allowed: 0
}

t.test('one household holds one homestead: the register is counted, and never silent', async t => {
  const of = (input: HouseholdInput, rule = REGISTER) => judgeHousehold(rule, input)
  t.match(of({ household, register: { kept: [], surrendered: 0 } }), { status: 'NO_HIT', reasons: { base: [] } })
  const second = of({ household, register: { kept: [JC], surrendered: 1 } })
  t.equal(second.status, 'HIT')
  t.strictSame(severities(second.reasons.base), ['REJECT ONE_HOUSEHOLD_ONE_HOMESTEAD'])
  t.strictSame(second.households, [
    { rule: 'HSH', registered: 1, surrendered: 1, allowed: 0, parcelCodes: ['440605011001JC*****'] }
  ])
  t.equal(of({ household, register: { kept: [JC], surrendered: 0 } }, { ...REGISTER, allowed: 1 }).status, 'NO_HIT')
  t.match(of({}), { status: 'NOT_EVALUATED', reason: 'input_missing', detail: 'household.pseudonym' })
  t.match(of({ stage: 'approval' }), { status: 'NOT_EVALUATED', reasons: { base: [{ severity: 'INDETERMINATE' }] } })
  t.match(of({ stage: 'pre-check' }), { status: 'NOT_APPLICABLE', households: [] })
  t.match(of({ household, register: { unavailable: 'timeout' } }), { status: 'NOT_EVALUATED', reason: 'timeout' })
  t.match(of({ household }), { status: 'NOT_EVALUATED', reason: 'layer_missing' })
})

t.test('the shipped rule sets flag what is sample, and name the law of every rule', async t => {
  const { rulesets, problems } = await loadRulesets(`${ROOT}layers`, () => true)
  t.strictSame(problems, [])
  t.strictSame([...rulesets.keys()], ['homestead-demo', 'homestead-rebuild', 'village-industrial'])
  for (const { id, rules } of rulesets.values()) {
    for (const rule of rules) {
      t.ok(rule.legalBasis.length > 0, `${id} ${rule.id} rests on a law`)
      t.ok(
        rule.legalBasis.every(({ note }) => note === '示例,以主管部门核定为准'),
        `${id} ${rule.id} is flagged`
      )
    }
    const prohibited = rules.filter(rule => rule.kind === 'overlap' && rule.effect === 'prohibit' && rule.zeroTolerance)
    t.ok(['PBF-01', 'ERL-01'].every(rule => prohibited.some(other => other.id === rule)))
  }
})

t.test('a setback from a line whose offset nobody surveyed is not kept in silence', async t => {
  const rule: DistanceRule = {
    ...common,
    id: 'SET',
    title: TITLE,
    kind: 'distance',
    effect: 'restrict',
    layer: 'road',
    accuracyM: 0.1,
    distance: { metres: 10, offsetField: 'offset' }
  }
  const near = (distanceM: number, offsetM: number | null) => ({
    ...{ featureId: 'R', since: 1, attributes: {}, code: null },
    distanceM,
    offsetM
  })
  const of = (...features: ReturnType<typeof near>[]) =>
    judgeDistance(rule, {
      measure: { invalid: [], features: [], held: {}, near: features, variants: {}, distanceM: null, depthM: null },
      accuracyM: 0.1,
      variants: ['base']
    })
  t.equal(of(near(15, 5)).status, 'NO_HIT')
  t.equal(of(near(14.9999, 5)).status, 'HIT', 'from the legal line, not from the stored one')
  t.match(of(near(14, null)), {
    status: 'NOT_EVALUATED',
    reason: 'input_missing',
    reasons: { base: [{ severity: 'INDETERMINATE' }] }
  })
  t.equal(of().status, 'NO_HIT')
  t.match(of(near(9, null)), { status: 'HIT', setbacks: [{ kept: false, requiredM: 10 }] }, 'too near in any case')
})

const codes = { own: JC, other: '440605011001JC00005', state: '440605011001GB00001', land: '440605011001JA00001' }
const FIELDS = { codeField: 'code', coverage: { declared: TITLE } }
const RULES = [
  {
    ...common,
    id: 'BUILD',
    title: TITLE,
    kind: 'overlap',
    effect: 'allow',
    layer: 'buildable',
    zeroTolerance: false,
    accuracyM: 0.05,
    coverage: { declared: TITLE }
  },
  { ...TENURE, ...FIELDS },
  { ...TENURE, ...FIELDS, id: 'STATE', layer: 'state', holderField: undefined },
  {
    ...TENURE,
    ...FIELDS,
    id: 'OWNER',
    layer: 'ownership',
    holderField: undefined,
    mustCover: { effect: 'review', collectiveField: 'kind', collectiveEffect: 'prohibit' }
  },
  REGISTER,
  { ...CAP, defaultTerrain: 'plain' }
]

await onBothDatabases(t, async (t, db) => {
  const ids = ['buildable', 'homestead', 'state', 'ownership']
  const layers = ids.map(layerOf)
  const engine = await engineOf(db, await rulesetOf({ rules: RULES }), layers)
  await lay(db, 'buildable', [zone('B', box(-100, -100, 400, 400))])
  await lay(db, 'ownership', [{ id: codes.land, rings: [box(-100, -100, 200, 400)], kind: 'C1' }])
  await lay(db, 'state', [{ id: codes.state, rings: [box(-60, 0, 20, 20)] }])
  await lay(db, 'homestead', [
    { id: codes.own, rings: [box(0, 40, 10, 8)], kind: 'H1' },
    { id: codes.other, rings: [box(20, 40, 10, 8)], kind: 'H2' }
  ])
  const ask = (wkt: string, more: Partial<LandCheckRequest> = {}) =>
    checkWkt(engine, wkt, { household: { pseudonym: 'H3', collective: 'C1' }, ...more })
  const codesOf = (answer: { reasons: { code: string }[] }) => answer.reasons.map(({ code }) => code)

  await t.test(
    '21: 80.00 m² planar, 79.98 on the ellipsoid, keep a cap of 80; 80.004 keeps it, 80.006 does not',
    async t => {
      const plot = async (width: number, height: number) => ask(wktOf(box(0, 0, width, height)))
      const exact = await plot(10, 8)
      t.equal(exact.verdict, 'PASS', JSON.stringify(exact.reasons))
      t.equal(exact.parcel.areaPlanar, 80)
      t.ok(Math.abs(exact.parcel.areaEllipsoid - 79.9832) < 0.001)
      t.match(exact.caps, [{ maxM2: 80, areaM2: 80, excessM2: 0, kept: true, areaMethod: 'planar', code: 'plain' }])
      const within = await plot(10, 8.0004)
      t.equal(within.parcel.areaPlanar, 80.004)
      t.equal(within.verdict, 'PASS')
      const beyond = await plot(10, 8.0006)
      t.equal(beyond.verdict, 'CONDITIONAL')
      t.match(beyond.caps, [{ areaM2: 80.006, excessM2: 0.006, kept: false }])
      t.strictSame(codesOf(beyond), ['AREA_CAP_EXCEEDED'])
      t.equal(beyond.boundarySensitive, false, 'the cap is of the parcel as applied for')
      const hills = await ask(wktOf(box(0, 0, 10, 12)), { terrainClass: 'hill' })
      t.equal(hills.verdict, 'PASS')
    }
  )

  await t.test('a homestead below: of others, its own, given up, of nobody known', async t => {
    const below = wktOf(box(22, 41, 6, 6))
    const others = await ask(below)
    t.equal(others.verdict, 'REJECT')
    t.match(
      others.tenure.find(({ rule }) => rule === 'TEN'),
      {
        holder: 'other',
        treatment: 'conflict',
        parcelCode: '440605011001JC*****',
        featureCode: 'JC',
        area: 36
      }
    )
    t.notMatch(JSON.stringify(others), codes.other, 'the whole answer keeps the code of others to itself')
    const unknown = await checkWkt(engine, below)
    t.strictSame([unknown.verdict, unknown.tenure[0]?.holder], ['INDETERMINATE', 'unknown'])
    t.ok(codesOf(unknown).includes('TENURE_CONFLICT'), 'and the conflict is said')
    const ownGround = wktOf(box(1, 41, 6, 6))
    const own = await ask(ownGround, { household: { pseudonym: 'H1', collective: 'C1' } })
    t.match(own.tenure[0], { holder: 'same', treatment: 'rebuild', parcelCode: codes.own })
    t.strictSame([own.verdict, codesOf(own)], ['REJECT', ['ONE_HOUSEHOLD_ONE_HOMESTEAD']])
    const surrendering = { pseudonym: 'H1', collective: 'C1', surrenderParcelCodes: [codes.own] }
    const surrendered = await ask(ownGround, { household: surrendering })
    t.strictSame([surrendered.verdict, codesOf(surrendered)], ['CONDITIONAL', ['TENURE_SURRENDER']])
    t.match(surrendered.households, [{ registered: 0, surrendered: 1, allowed: 0, parcelCodes: [] }])
    t.equal(statusOf(await ask(wktOf(box(10, 40, 10, 8))), 'TEN'), 'NO_HIT', 'neighbours that touch are clear')
  })

  await t.test('a sliver over a neighbour’s homestead is listed, not a conflict', async t => {
    const answer = await ask(wktOf(box(12, 40, 8.02, 8)))
    t.equal(statusOf(answer, 'TEN'), 'SLIVER')
    t.equal(answer.verdict, 'PASS', JSON.stringify(answer.reasons))
    t.equal(answer.tenure.find(({ rule }) => rule === 'TEN')?.area, 0.16)
  })

  await t.test('state land, and ground of no collective or of another', async t => {
    const state = await ask(wktOf(box(-58, 2, 8, 8)))
    t.strictSame([state.verdict, codesOf(state)], ['REJECT', ['TENURE_STATE_LAND']])
    const beside = await ask(wktOf(box(96, 0, 8, 8)))
    t.strictSame([beside.verdict, codesOf(beside)], ['REVIEW', ['TENURE_NOT_COVERED']])
    t.match(beside.reasons[0]?.message.en, /32\.00 m² are not covered/)
    const foreign = await ask(wktOf(box(0, 0, 8, 8)), { household: { pseudonym: 'H3', collective: 'C2' } })
    t.strictSame([foreign.verdict, codesOf(foreign)], ['REJECT', ['OTHER_COLLECTIVE']])
  })

  await t.test('one household, one homestead: counted at the register’s revision, fail closed without it', async t => {
    const free = wktOf(box(40, 0, 8, 8))
    const second = await ask(free, { household: { pseudonym: 'H1', collective: 'C1' } })
    t.strictSame([second.verdict, codesOf(second)], ['REJECT', ['ONE_HOUSEHOLD_ONE_HOMESTEAD']])
    t.match(second.households, [{ registered: 1, parcelCodes: ['440605011001JC*****'] }])
    t.equal((await ask(free)).verdict, 'PASS')
    const asked = [undefined, 'H1', 'H9', 'H8'].map(pseudonym => ({
      ...{ ruleset: 'test', wkt: free, crs: 'EPSG:4547' },
      ...(pseudonym && { household: { pseudonym, collective: 'C1' } })
    }))
    const together = await checkMany(engine, asked)
    t.strictSame(
      together.map(checked => 'answer' in checked && checked.answer.households.map(({ registered }) => registered)),
      [[], [1], [0], [0]],
      'to each its own, asked together'
    )
    const nobody = await checkWkt(engine, free)
    t.match(
      nobody.rules.find(({ id }) => id === 'HSH'),
      { status: 'NOT_EVALUATED', reason: 'input_missing' }
    )
    t.equal(nobody.verdict, 'INDETERMINATE')
    const early = await checkWkt(engine, free, { stage: 'pre-check' })
    t.equal(statusOf(early, 'HSH'), 'NOT_APPLICABLE')
    const without = await engineOf(db, await rulesetOf({ rules: [{ ...REGISTER, layer: 'unknown' }] }), layers)
    const missing = await checkWkt(without, free, { household })
    t.match(missing.rules[0], { status: 'NOT_EVALUATED', reason: 'layer_missing' })
    t.equal(missing.verdict, 'INDETERMINATE')
    const before = new Date().toISOString()
    await lay(db, 'homestead', [{ id: codes.other, rings: [box(20, 40, 10, 8)], kind: 'H2' }])
    t.equal((await ask(free, { household: { pseudonym: 'H1', collective: 'C1' } })).verdict, 'PASS', 'it was given up')
    const then = await ask(free, { household: { pseudonym: 'H1', collective: 'C1' }, asOf: { knownTime: before } })
    t.equal(then.verdict, 'REJECT', 'which was not known then')
  })
})
