import { setImmediate as letOthersIn } from 'node:timers/promises'
import t from 'tap'
import { AtMost } from '../../server/lib/at-most.ts'

t.test('so many go on at once, the others in the order they came', async t => {
  const few = new AtMost(2)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const done = [0, 1, 2, 3].map(i =>
    few.do(async () => {
      begun.push(i)
      await new Promise<void>(resolve => ends.push(resolve))
      if (i === 1) throw new Error('failed')
      return i
    })
  )
  await letOthersIn()
  t.strictSame(begun, [0, 1])
  ends[1]?.()
  await t.rejects(done[1]!, { message: 'failed' })
  await letOthersIn()
  t.strictSame(begun, [0, 1, 2], 'what fails gives its place on')
  for (let i = 0; i < 4; i++) {
    ends.forEach(end => {
      end()
    })
    await letOthersIn()
  }
  t.strictSame(await Promise.all([done[0], done[2], done[3]]), [0, 2, 3])
})

t.test('who gives up while waiting takes no place', async t => {
  const one = new AtMost(1)
  let end = () => {}
  const first = one.do(() => new Promise<void>(resolve => (end = resolve)))
  const leaving = new AbortController()
  const second = one.do(async () => t.fail('begun'), leaving.signal)
  const third = one.do(async () => 'third')
  leaving.abort(new Error('left'))
  await t.rejects(second, { message: 'left' })
  await t.rejects(
    one.do(async () => t.fail('begun'), leaving.signal),
    { message: 'left' }
  )
  end()
  await first
  t.equal(await third, 'third')
  t.equal(await one.do(async () => 'fourth', leaving.signal), 'fourth', 'there is room: the work sees to its signal')
})
