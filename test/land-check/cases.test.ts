import t, { type Test } from 'tap'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import {
  box,
  checkWkt,
  E0,
  engineOf,
  frbu,
  lay,
  layGround,
  type Metres,
  multiWktOf,
  N0,
  PARCEL,
  rulesetOf,
  statusOf,
  wktOf,
  type Zone,
  zone
} from './ground.ts'

/** The analytical cases of the reference (land-check §4.2): areas known by construction. */

interface Case {
  name: string
  ground: Record<string, Zone[]>
  parcel?: string
  net: [number, number, number, number]
  verdict: Answer['verdict']
  also?: (t: Test, answer: Answer) => void
}

const ALL = box(-50, -50, 200, 200)
const buildable = [zone('B', ALL)]
/** Everything around the parcel except the parcel's 10 × 12 m. */
const aroundParcel: Zone[] = [zone('Z', ALL, box(0, 0, 10, 12))]

const CASES: Case[] = [
  {
    name: '1 all buildable',
    ground: { buildable },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(a.boundarySensitive, false)
      t.equal(a.marginM, null, 'nothing forbids or restricts within the search distance')
      t.strictSame(
        a.reasons.map(r => r.code),
        ['ALL_BUILDABLE']
      )
    }
  },
  {
    name: '2 the east two metres are forbidden',
    ground: { buildable, forbidden: [zone('F', box(8, -20, 100, 100))] },
    net: [24, 0, 96, 0],
    verdict: 'REJECT',
    also: (t, a) => {
      t.equal(a.marginM, -2)
      t.equal(statusOf(a, 'FORBID'), 'HIT')
      t.equal(statusOf(a, 'BUILD'), 'HIT', 'a rejection stops no other rule')
      const rule = a.rules.find(r => r.id === 'FORBID')
      t.strictSame([rule?.measure?.area, rule?.measure?.share, rule?.measure?.widthM], [24, 0.2, 2])
      t.match(rule?.messageZh, '24.00平方米（20.00%）')
      t.match(rule?.features, [{ featureId: 'F', overlapArea: 24, share: 0.2, revision: Number }])
    }
  },
  {
    name: '2b the same as a strip of its own',
    ground: { buildable, forbidden: [zone('F', box(8, 0, 2, 12))] },
    net: [24, 0, 96, 0],
    verdict: 'REJECT',
    also: (t, a) => void t.equal(a.marginM, -2)
  },
  {
    name: '3 forbidden land shares an edge',
    ground: { buildable, forbidden: [zone('F', box(10, -5, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(statusOf(a, 'FORBID'), 'NO_HIT', 'touching is not overlapping')
      t.equal(a.marginM, 0)
      t.equal(a.boundarySensitive, true)
    }
  },
  {
    name: '3b farmland of zero tolerance shares an edge',
    ground: { buildable, farmland: [zone('F', box(10, -5, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'REVIEW',
    also: (t, a) => {
      t.equal(statusOf(a, 'FARM'), 'NO_HIT')
      t.match(a.reasons, [{ code: 'NEAR_ZERO_TOLERANCE', rule: 'FARM' }])
    }
  },
  {
    name: '4 forbidden land shares one corner',
    ground: { buildable, forbidden: [zone('F', box(10, 12, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(statusOf(a, 'FORBID'), 'NO_HIT')
      t.equal(a.marginM, 0)
    }
  },
  {
    name: '4b farmland shares one corner',
    ground: { buildable, farmland: [zone('F', box(10, 12, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'REVIEW'
  },
  {
    name: '5 forbidden land is 0.1 mm away',
    ground: { buildable, forbidden: [zone('F', box(10.0001, -5, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(a.marginM, 0.0001)
      t.equal(a.boundarySensitive, true)
    }
  },
  {
    name: '5b farmland is 0.1 mm away',
    ground: { buildable, farmland: [zone('F', box(10.0001, -5, 20, 20))] },
    net: [0, 0, 120, 0],
    verdict: 'REVIEW'
  },
  {
    name: '6 a forbidden strip of 0.04 m is a sliver',
    ground: { buildable, forbidden: [zone('F', box(9.96, 0, 5, 12))] },
    net: [0.48, 0, 119.52, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(statusOf(a, 'FORBID'), 'SLIVER')
      t.match(a.slivers, [
        { rule: 'FORBID', kind: 'overlap', area: 0.48, widthM: 0.04, threshold: { areaM2: 0.5, widthM: 0.1414 } }
      ])
    }
  },
  {
    name: '6b the same strip of farmland',
    ground: { buildable, farmland: [zone('F', box(9.96, 0, 5, 12))] },
    net: [0.48, 0, 119.52, 0],
    verdict: 'REVIEW',
    also: (t, a) => {
      t.equal(statusOf(a, 'FARM'), 'SLIVER')
      t.match(a.reasons[0]?.code, 'SLIVER_ZERO_TOLERANCE')
    }
  },
  {
    name: '7 a strip of 0.04 m but 4 m² is no sliver',
    parcel: wktOf(box(0, 0, 100, 100)),
    ground: { buildable, forbidden: [zone('F', box(0, 99.96, 100, 5))] },
    net: [4, 0, 9996, 0],
    verdict: 'REJECT'
  },
  {
    name: '8 a blob of 0.49 m² is too thick for a sliver',
    ground: { buildable, forbidden: [zone('F', box(5, 5, 0.7, 0.7))] },
    net: [0.49, 0, 119.51, 0],
    verdict: 'REJECT'
  },
  {
    name: '8b many slivers together are no sliver',
    ground: { buildable, forbidden: [0, 2, 4].map(n => zone(`F${n}`, box(0, n, 10, 0.02))) },
    net: [0.6, 0, 119.4, 0],
    verdict: 'REJECT'
  },
  {
    name: '8c a thin tail does not make a blob thin',
    ground: {
      buildable,
      forbidden: [
        zone('F', [
          [E0 + 1, N0 + 1],
          [E0 + 1.4, N0 + 1],
          [E0 + 1.4, N0 + 1.398],
          [E0 + 9, N0 + 1.398],
          [E0 + 9, N0 + 1.4],
          [E0 + 1, N0 + 1.4]
        ])
      ]
    },
    net: [0.1752, 0, 119.8248, 0],
    verdict: 'REJECT'
  },
  {
    name: '9 a forbidden zone whose hole is the parcel',
    ground: { buildable, forbidden: aroundParcel },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => void t.equal(statusOf(a, 'FORBID'), 'NO_HIT')
  },
  {
    name: '10 a parcel whose hole holds all that is forbidden',
    parcel: wktOf(box(0, 0, 10, 12), box(4, 4, 2, 2)),
    ground: { buildable, forbidden: [zone('F', box(4, 4, 2, 2))] },
    net: [0, 0, 116, 0],
    verdict: 'PASS',
    also: (t, a) => void t.equal(a.parcel.areaPlanar, 116)
  },
  {
    name: '11 two forbidden polygons of 24 m² share 12',
    ground: { buildable, forbidden: [zone('F1', box(0, 0, 10, 2.4)), zone('F2', box(0, 1.2, 10, 2.4))] },
    net: [36, 0, 84, 0],
    verdict: 'REJECT',
    also: (t, a) => {
      const rule = a.rules.find(r => r.id === 'FORBID')
      t.equal(rule?.measure?.area, 36, 'union before area')
      t.strictSame(
        rule?.features.map(f => f.overlapArea),
        [24, 24],
        'gross areas stand beside it'
      )
    }
  },
  {
    name: '12 restricted over buildable',
    ground: { buildable, restricted: [zone('R', box(0, 0, 10, 6))] },
    net: [0, 60, 60, 0],
    verdict: 'CONDITIONAL'
  },
  {
    name: '13 forbidden over restricted over buildable',
    ground: { buildable, restricted: [zone('R', box(0, 0, 10, 3))], forbidden: [zone('F', box(0, 0, 10, 1))] },
    net: [10, 20, 90, 0],
    verdict: 'REJECT'
  },
  {
    name: '14 no zoning at all is never a pass',
    ground: {},
    net: [0, 0, 0, 120],
    verdict: 'REVIEW',
    also: (t, a) => void t.match(a.reasons, [{ code: 'UNCOVERED' }])
  },
  {
    name: '15 a gap of 0.02 m between buildable zones',
    ground: { buildable: [zone('B1', box(-20, -20, 26, 60)), zone('B2', box(6.02, -20, 60, 60))] },
    net: [0, 0, 119.76, 0.24],
    verdict: 'PASS',
    also: (t, a) => void t.match(a.slivers, [{ rule: null, kind: 'gap', area: 0.24 }])
  },
  {
    name: '15b a gap of 2 m is no sliver',
    ground: { buildable: [zone('B1', box(-20, -20, 25, 60)), zone('B2', box(7, -20, 60, 60))] },
    net: [0, 0, 96, 24],
    verdict: 'REVIEW'
  },
  {
    name: '16 one of two parts is forbidden',
    parcel: multiWktOf([box(0, 0, 10, 12)], [box(20, 0, 10, 10)]),
    ground: { buildable, forbidden: [zone('F', box(19, -1, 20, 20))] },
    net: [100, 0, 120, 0],
    verdict: 'REJECT',
    also: (t, a) => {
      t.match(
        a.parts.map(p => p.net.map(n => n.area)),
        [
          [0, 0, 120, 0],
          [100, 0, 0, 0]
        ]
      )
    }
  },
  {
    name: '17 a zone identical to the parcel',
    ground: { buildable: [zone('B', box(0, 0, 10, 12))] },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(a.net[2]?.share, 1)
      t.equal(a.netCheck.residual, 0)
    }
  },
  {
    name: '17b all of the parcel is forbidden',
    ground: { forbidden: [zone('F', box(0, 0, 10, 12))] },
    net: [120, 0, 0, 0],
    verdict: 'REJECT',
    also: (t, a) => void t.equal(a.marginM, -10)
  },
  {
    name: 'a dispute asks for a review',
    ground: { buildable, disputed: [zone('D', box(0, 0, 3, 3))] },
    net: [0, 0, 120, 0],
    verdict: 'REVIEW'
  },
  {
    name: 'an informing layer decides nothing',
    ground: { buildable, plan: [{ ...zone('P', box(0, 0, 3, 3)), kind: '0703' }] },
    net: [0, 0, 120, 0],
    verdict: 'PASS',
    also: (t, a) => {
      t.equal(statusOf(a, 'PLAN'), 'HIT')
      t.match(a.rules.find(r => r.id === 'PLAN')?.features, [
        { attributes: { code: 'P', kind: '0703' }, overlapArea: 9 }
      ])
    }
  },
  {
    name: 'law that is over, or not yet in force, does not count',
    ground: {
      buildable,
      forbidden: [
        { ...zone('F1', ALL), validTo: '2020-01-01' },
        { ...zone('F2', ALL), validFrom: '2999-01-01' }
      ]
    },
    net: [0, 0, 120, 0],
    verdict: 'PASS'
  }
]

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)
  for (const { name, ground, parcel, net, verdict, also } of CASES) {
    await t.test(name, async t => {
      await layGround(db, ground)
      const answer = await checkWkt(engine, parcel ?? PARCEL)
      t.strictSame(frbu(answer), net, 'forbidden, restricted, buildable, uncovered')
      t.equal(answer.verdict, verdict, JSON.stringify(answer.reasons.map(r => r.message.en)))
      t.equal(Math.round(answer.net.reduce((sum, n) => sum + n.area * 100, 0)), Math.round(answer.netCheck.area * 100))
      also?.(t, answer)
    })
  }

  await t.test('18 a missing layer leaves the verdict open, unless something else forbids', async t => {
    await layGround(db, { buildable })
    const rules = (await rulesetOf()).rules
    const missing = { ...rules[1]!, id: 'GONE', layer: 'nowhere' }
    const open = await engineOf(db, await rulesetOf({ rules: [...rules, missing] }))
    const answer = await checkWkt(open, PARCEL)
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(answer.rules.at(-1), { status: 'NOT_EVALUATED', reason: 'layer_missing' })
    t.strictSame(answer.completeness, { evaluated: 6, total: 7, mandatoryMissing: 1 })
    t.equal(answer.netCheck.complete, false)
    await lay(db, 'forbidden', [zone('F', box(8, 0, 2, 12))])
    t.equal((await checkWkt(open, PARCEL)).verdict, 'REJECT', 'a prohibition stands whatever else is unknown')
  })

  await t.test('18b a layer that holds nothing forbids nothing for certain', async t => {
    await layGround(db, { buildable })
    await lay(db, 'farmland', [])
    const answer = await checkWkt(engine, PARCEL)
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(answer.rules[1], { status: 'NOT_EVALUATED', reason: 'no_data' })
  })

  await t.test('18c a layer that was published too long ago forbids nothing for certain', async t => {
    await layGround(db, { buildable, forbidden: [zone('F', box(0, 0, 3, 10))] })
    const rules = (await rulesetOf()).rules.map(rule => (rule.id === 'FORBID' ? { ...rule, maxAgeDays: 30 } : rule))
    const dated = await engineOf(db, await rulesetOf({ rules }))
    t.equal((await checkWkt(dated, PARCEL)).verdict, 'REJECT')
    await db.query(sql`UPDATE yitu.revision SET published_at = now() - interval '31 days' WHERE layer_id = 'forbidden'`)
    const answer = await checkWkt(dated, PARCEL)
    t.match(answer.rules[0], { id: 'FORBID', status: 'NOT_EVALUATED', reason: 'layer_stale' })
    t.equal(answer.verdict, 'INDETERMINATE')
    await lay(db, 'forbidden', [])
  })

  await t.test('20 an invalid zone over the parcel is not "no hit"', async t => {
    const bowTie = `POLYGON ((${E0} ${N0}, ${E0 + 10} ${N0 + 12}, ${E0 + 10} ${N0}, ${E0} ${N0 + 12}, ${E0} ${N0}))`
    await layGround(db, { buildable, forbidden: [{ id: 'X', wkt: bowTie }] })
    const answer = await checkWkt(engine, PARCEL)
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(answer.rules[0], { status: 'NOT_EVALUATED', reason: 'invalid_geometry', detail: 'X' })
    await layGround(db, { buildable, forbidden: [{ id: 'X', wkt: bowTie }, zone('F', box(0, 0, 3, 10))] })
    t.equal((await checkWkt(engine, PARCEL)).verdict, 'REJECT', 'what is valid and forbids still does')
  })

  await t.test('coverage: ground that was not surveyed is not clear', async t => {
    await layGround(db, { buildable, disputed: [{ ...zone('C', box(-5, -5, 50, 50)), kind: 'farmland' }] })
    const coverage = { layer: 'disputed', field: 'kind' }
    const rules = (await rulesetOf()).rules.filter(({ id }) => id !== 'DISPUTE')
    const asked = rules.map(rule =>
      rule.id === 'FARM' || rule.id === 'FORBID' ? { ...rule, coverage: undefined } : rule
    )
    const covered = await engineOf(db, await rulesetOf({ coverage, rules: asked }))
    const answer = await checkWkt(covered, PARCEL)
    t.equal(statusOf(answer, 'FARM'), 'NO_HIT')
    t.match(answer.rules[0], { id: 'FORBID', status: 'NOT_EVALUATED', reason: 'no_coverage' })
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(answer.provenance.layers, [
      { id: 'forbidden', coverageOk: false },
      { id: 'farmland', coverageOk: true }
    ])
    await lay(db, 'disputed', [{ ...zone('C', box(-5, -5, 14, 50)), kind: 'farmland' }])
    t.equal(
      statusOf(await checkWkt(covered, PARCEL), 'FARM'),
      'NOT_EVALUATED',
      'a metre of the parcel was not surveyed'
    )
    const extents = {
      'a hole of the surveyed area, far from its edge': [[box(-90, -90, 200, 200), box(-40, -40, 90, 90)]],
      'a bay of the surveyed area': [
        [
          [
            ...box(-90, -90, 200, 200).slice(0, 3),
            [110, 60],
            [60, 60],
            [60, -40],
            [-40, -40],
            [-40, 110],
            [-90, 110]
          ] as Metres
        ]
      ],
      'between two surveyed areas': [[box(-90, -90, 80, 200)], [box(30, -90, 80, 200)]]
    }
    for (const [where, areas] of Object.entries(extents)) {
      await lay(
        db,
        'disputed',
        areas.map((rings, i) => ({ ...zone(`C${i}`, ...rings), kind: 'farmland' }))
      )
      t.equal(statusOf(await checkWkt(covered, PARCEL), 'FARM'), 'NOT_EVALUATED', where)
    }
    const halves = [box(-90, -90, 95, 200), box(5, -90, 95, 200)]
    await lay(
      db,
      'disputed',
      halves.map((ring, i) => ({ ...zone(`C${i}`, ring), kind: 'farmland' }))
    )
    t.equal(statusOf(await checkWkt(covered, PARCEL), 'FARM'), 'NO_HIT', 'two areas that meet under it')
    await lay(db, 'forbidden', [zone('F', box(0, 0, 3, 10))])
    t.equal((await checkWkt(covered, PARCEL)).verdict, 'REJECT')
  })

  await t.test('a rule that fails in the database is not evaluated, and the others are', async t => {
    await layGround(db, { buildable })
    const rules = (await rulesetOf()).rules
    const broken = { ...rules[0]!, id: 'BROKEN', where: { field: 'code', in: ['x'] } }
    const layers = (await import('./ground.ts')).LAYERS.map(layer =>
      layer.id === 'forbidden'
        ? { ...layer, fields: layer.fields.map(f => ({ ...f, name: f.name === 'code' ? 'gone' : f.name })) }
        : layer
    )
    const withBroken = await engineOf(
      db,
      await rulesetOf({ rules: [{ ...broken, where: { field: 'gone', in: ['x'] } }, ...rules.slice(1)] }),
      layers
    )
    const answer = await checkWkt(withBroken, PARCEL)
    t.match(answer.rules[0], { id: 'BROKEN', status: 'NOT_EVALUATED', reason: 'error' })
    t.equal(statusOf(answer, 'BUILD'), 'HIT')
    t.equal(answer.verdict, 'INDETERMINATE')
  })

  await t.test('a rule that does not apply is neither evaluated nor missing', async t => {
    await layGround(db, { buildable, forbidden: [zone('F', box(0, 0, 3, 10))] })
    const rules = (await rulesetOf()).rules.map(rule => (rule.id === 'FORBID' ? { ...rule, appliesTo: ['new'] } : rule))
    const only = await engineOf(db, await rulesetOf({ rules }))
    const answer = await checkWkt(only, PARCEL, { applicationType: 'rebuild' })
    t.equal(statusOf(answer, 'FORBID'), 'NOT_APPLICABLE')
    t.equal(answer.verdict, 'PASS')
    t.equal((await checkWkt(only, PARCEL)).verdict, 'REJECT', 'with no type given every rule applies')
  })
})
