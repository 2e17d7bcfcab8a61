import t from 'tap'
import { Slots } from '../../server/lib/slots.ts'

t.test('numbers are given again once they are free', t => {
  const slots = new Slots<string>()
  t.strictSame([slots.add('a'), slots.add('b'), slots.add('c')], [0, 1, 2])
  t.equal(slots.size, 3)
  t.equal(slots.take(1), 'b')
  t.equal(slots.take(1), undefined, 'nothing is there any more')
  t.equal(slots.get(1), undefined)
  t.equal(slots.size, 2)
  t.equal(slots.add('d'), 1)
  t.equal(slots.add('e'), 3, 'a number is free once, however often it was taken')
  t.equal(slots.get(3), 'e')
  slots.take(0)
  t.strictSame(slots.takeAll().sort(), ['c', 'd', 'e'])
  t.equal(slots.size, 0)
  t.equal(slots.add('f'), 0)
  t.end()
})
