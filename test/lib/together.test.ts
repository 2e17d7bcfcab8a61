import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { type Settled, Together } from '../../server/lib/together.ts'

/** Work that ends when it is told to, and the groups it was given. */
function workshop() {
  const groups: { items: number[]; end: (settled?: Settled<string>[]) => void; fail: (error: Error) => void }[] = []
  const work = (items: number[]) =>
    new Promise<Settled<string>[]>((resolve, fail) => {
      const done = () => items.map((item): Settled<string> => ({ status: 'fulfilled', value: `made ${item}` }))
      groups.push({ items, end: (settled = done()) => resolve(settled), fail })
    })
  return { groups, work }
}

t.test('who comes while there is room is begun alone; who comes later goes together, in order', async t => {
  const { groups, work } = workshop()
  const together = new Together({ work, most: 3, atOnce: 2 })
  const results = [1, 2, 3, 4, 5, 6, 7].map(item => together.do(item))
  t.strictSame(
    groups.map(({ items }) => items),
    [[1], [2]]
  )
  groups[0]!.end()
  await turn()
  t.strictSame(
    groups.map(({ items }) => items),
    [[1], [2], [3, 4, 5]]
  )
  groups[1]!.end()
  groups[2]!.end()
  await turn()
  t.strictSame(groups.at(-1)?.items, [6, 7])
  groups[3]!.end()
  t.strictSame(
    await Promise.all(results),
    [1, 2, 3, 4, 5, 6, 7].map(item => `made ${item}`)
  )
})

t.test('a group is begun beside another only once it is worth it, and at the latest when that one ends', async t => {
  const { groups, work } = workshop()
  const together = new Together({ work, most: 8, atOnce: 2, least: 3 })
  const begun = () => groups.map(({ items }) => items)
  const results = [1, 2, 3].map(item => together.do(item))
  t.strictSame(begun(), [[1]])
  results.push(together.do(4))
  t.strictSame(begun(), [[1], [2, 3, 4]])
  results.push(together.do(5), together.do(6))
  groups[0]!.end()
  await turn()
  t.equal(groups.length, 2, 'two are not worth it beside the three')
  groups[1]!.end()
  await turn()
  t.strictSame(begun(), [[1], [2, 3, 4], [5, 6]])
  groups[2]!.end()
  await Promise.all(results)
})

t.test(
  'what goes wrong with one is its own; what goes wrong with the work is everybody’s, and the next go on',
  async t => {
    const { groups, work } = workshop()
    const together = new Together({ work, most: 2, atOnce: 1 })
    const [first, second, third, fourth, fifth, last] = [1, 2, 3, 4, 5, 6].map(item => together.do(item))
    groups[0]!.end([])
    await t.rejects(first!, /Nothing became of an item/)
    groups[1]!.end([
      { status: 'rejected', reason: new Error('not this one') },
      { status: 'fulfilled', value: 'made 3' }
    ])
    await t.rejects(second!, /not this one/)
    t.equal(await third, 'made 3')
    groups[2]!.fail(new Error('the database is gone'))
    await t.rejects(fourth!, /gone/)
    await t.rejects(fifth!, /gone/)
    groups[3]!.end()
    t.equal(await last, 'made 6')
  }
)
