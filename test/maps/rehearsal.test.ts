import t from 'tap'
import { decodeTile } from '../../server/maps/render/decode-tile.ts'
import { rehearsal } from '../../server/maps/render/rehearsal.ts'
import { RenderThreads } from '../../server/maps/render/render-threads.ts'
import { createRenderer } from '../../server/maps/renderer.ts'

t.test('the tile of the rehearsal has features of each kind', async t => {
  const [bytes] = [...rehearsal().tiles.values()]
  const layers = decodeTile(bytes!)
  t.same(
    [...layers].map(([name, { type, count }]) => [name, new Set(type).size, type[0], count > 0]),
    [
      ['areas', 1, 3, true],
      ['lines', 1, 2, true],
      ['points', 1, 1, true]
    ]
  )
})

t.test('every thread rehearses', async t => {
  const threads = new RenderThreads(2)
  t.teardown(() => threads.close())
  await threads.rehearse(rehearsal(), 1)
  t.same(threads.stats(), { threads: 2, drawing: 0, waiting: 0 })
  t.ok(threads.haveAll('rehearsal'))
})

t.test('a rehearsal does not count', async t => {
  const renderer = createRenderer({
    threads: 1,
    tileOf: () => Promise.reject(new Error('no tile was to be got')),
    sheetOf: async () => null
  })
  t.teardown(() => renderer.close())
  await renderer.rehearse()
  t.match(renderer.stats(), { threads: 1, pictures: 0, drawn: 0, failed: 0 })
})
