import fc from 'fast-check'
import t from 'tap'
import { type Box, type Changes, lastChange, readChanges } from '../../server/catalog/changes.ts'
import { loadCatalog } from '../../server/catalog/load.ts'
import { refreshCatalog } from '../../server/catalog/sync.ts'
import { sql } from '../../server/lib/sql.ts'
import { onBothDatabases, ROOT } from '../helper.ts'

const box = (x: number, side = 1): Box => [x, 0, x + side, side]
const changes: Changes = {
  base: 3,
  boxes: [
    { revision: 7, box: box(10) },
    { revision: 5, box: box(20) },
    { revision: 4, box: box(10) }
  ]
}

t.test('what lies in a box was last changed by the latest revision that touches it', async t => {
  t.equal(lastChange(changes, 7, box(10)), 7)
  t.equal(lastChange(changes, 7, box(11)), 7, 'a shared edge is a touch')
  t.equal(lastChange(changes, 7, box(20)), 5)
  t.equal(lastChange(changes, 7, box(30)), 3, 'by none that is known')
  t.equal(lastChange(changes, 6, box(10)), 4, 'as of an earlier revision')
  t.equal(lastChange(changes, 2, box(10)), 2, 'of a time that is not known any more')
  t.equal(lastChange({ base: 0, boxes: [] }, 4, box(10)), 1, 'the first publication counts')
})

t.test('an edit changes names in its box, and no name anywhere else', async () => {
  const place = fc.integer({ min: 0, max: 30 }).map(x => box(x))
  fc.assert(
    fc.property(fc.array(place, { maxLength: 20 }), place, place, (earlier, edit, tile) => {
      const known = (boxes: Box[]): Changes => ({
        base: 0,
        boxes: boxes.map((box, i) => ({ revision: i + 1, box })).reverse()
      })
      const before = lastChange(known(earlier), earlier.length, tile)
      const after = lastChange(known([...earlier, edit]), earlier.length + 1, tile)
      const touched = edit[0] <= tile[2] && edit[2] >= tile[0]
      return touched ? after === earlier.length + 1 : after === before || earlier.length === 0
    })
  )
})

await onBothDatabases(t, async (t, db) => {
  const record = (id: string, revision: number, dirty: Box | null) =>
    db.query(sql`INSERT INTO yitu.revision (layer_id, revision, kind, mode, actor, inserted, updated, removed,
        feature_count, dirty, content_hash)
      VALUES (${id}, ${revision}, 'edit', 'append', 'test', 0, 0, 0, 0,
        ${dirty === null ? null : JSON.stringify(dirty)}::jsonb, '')`)
  const publish = (id: string, revision: number) =>
    db.query(sql`INSERT INTO yitu.layer (id, revision) VALUES (${id}, ${revision})
      ON CONFLICT (id) DO UPDATE SET revision = excluded.revision`)

  t.test('they are read with the layers, each once', async t => {
    const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
    const [id, other] = catalog.layers().map(layer => layer.id) as [string, string]
    await publish(id, 3)
    for (const [revision, dirty] of [box(1), null, box(3)].entries()) await record(id, revision + 1, dirty)
    await publish(other, 9)
    await refreshCatalog(db, catalog)
    t.strictSame(catalog.changes(id), {
      base: 0,
      boxes: [
        { revision: 3, box: box(3) },
        { revision: 1, box: box(1) }
      ]
    })
    t.strictSame(catalog.changes(other), { base: 9, boxes: [] }, 'of what is not recorded all has changed')
    t.strictSame(catalog.changes('no-such-layer'), { base: 0, boxes: [] })
    const known = catalog.changes(id)
    await publish(other, 10)
    await record(other, 10, box(5))
    await refreshCatalog(db, catalog)
    t.equal(catalog.changes(id), known, 'not read again')
    t.strictSame(catalog.changes(other), { base: 9, boxes: [{ revision: 10, box: box(5) }] }, 'known from then on')
  })

  t.test('64 revisions at least are known, and every server knows the same', async t => {
    await publish('many', 0)
    for (let revision = 1; revision <= 200; revision++) await record('many', revision, box(revision))
    for (const [revision, base] of [
      [1, 0],
      [127, 0],
      [128, 64],
      [191, 64],
      [192, 128]
    ] as const) {
      const read = (await readChanges(db, [{ id: 'many', revision }])).get('many')
      t.match(read, { base, boxes: { length: revision - base } }, `at ${revision}`)
    }
  })
})
