import { setTimeout as wait } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { Changes } from '../../server/catalog/changes.ts'
import { notFound } from '../../server/lib/errors.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { pack, type SecondLevel, unpack } from '../../server/tiles/second-level.ts'
import type { CutAsk, CutTile } from '../../server/tiles/source.ts'
import type { Finished } from '../../server/tiles/tile-cache.ts'
import type { TileMember } from '../../server/tiles/tile-name.ts'
import { type TileRequest, type TilesOptions, tilesFrom } from '../../server/tiles/tiles.ts'
import { WHOLE_LAYER } from '../../server/tiles/view.ts'
import { type Job, WorkQueue } from '../../server/tiles/work-queue.ts'
import { testLayer } from './fixture.ts'

const [light, heavy] = [testLayer('light'), testLayer('heavy')]
const TILE = { z: 10, x: 833, y: 444 }

/** An engine on a source that does as it is told. */
function engine(
  t: Test,
  cut: (ask: CutAsk, signal: AbortSignal) => Promise<Partial<CutTile>>,
  more: Partial<TilesOptions> = {}
) {
  const asked: CutAsk[] = []
  const source = {
    async cut(ask: CutAsk, signal?: AbortSignal) {
      asked.push(ask)
      return { revision: ask.revision, mvt: null, reduced: null, ...(await cut(ask, signal!)) }
    },
    stats: () => ({ indexes: 0, indexBytes: 0, builds: 0 }),
    close: async () => {}
  }
  const tiles = tilesFrom(source, { cacheBytes: 1e6, ...more })
  t.teardown(() => tiles.close())
  const get = (members: TileMember | TileMember[], more: Partial<TileRequest> = {}) =>
    tiles.get({ members: [members].flat(), grid: WEB_MERCATOR_QUAD, tile: TILE, coding: 'gzip', ...more })
  return { tiles, get, asked }
}

const of = (layer = light, revision = 1): TileMember => ({ layer, revision })
const says = ({ layer, revision }: CutAsk) => ({ mvt: Buffer.from(`${layer.id} ${revision} `.repeat(50)) })
const read = (bytes: Buffer | null) => bytes && gunzipSync(bytes).toString().slice(0, 7)

/** Resolves when it is told to. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}

t.test('a tile is cut once, and kept in every coding it is asked for', async t => {
  const { tiles, get, asked } = engine(t, async ask => says(ask))
  const [first, second] = await Promise.all([get(of()), get(of())])
  t.equal(first.bytes, second.bytes)
  const brotli = await get(of(), { coding: 'br' })
  const plain = await get(of(), { coding: 'identity' })
  t.strictSame(brotliDecompressSync(brotli.bytes!), plain.bytes)
  t.strictSame(gunzipSync(first.bytes!), plain.bytes)
  t.equal(new Set([first, brotli, plain].map(({ etag }) => etag)).size, 3, 'other bytes, other tags')
  t.equal((await get(of(), { coding: 'br' })).bytes, brotli.bytes)
  t.equal(asked.length, 1)
  t.match(tiles.stats(), { misses: 1, coalesced: 1, hits: 3, tiles: 1 })
  t.ok(tiles.stats().bytes > first.bytes!.length + brotli.bytes!.length)
})

t.test('what is not kept is made as it is asked for: plain bytes were never compressed', async t => {
  const { get, asked } = engine(t, async ask => says(ask), { cacheBytes: 0 })
  const plain = await get(of(), { coding: 'identity' })
  t.match(plain, { coding: 'identity', bytes: says({ layer: light, revision: 1 } as CutAsk).mvt })
  const zipped = await get(of())
  t.strictSame(gunzipSync(zipped.bytes!), plain.bytes)
  t.not(zipped.etag, plain.etag)
  t.strictSame(
    asked.map(({ compressed }) => compressed),
    [false, true]
  )
  const [both, other] = await Promise.all([get(of(), { coding: 'identity' }), get(of())])
  t.strictSame(gunzipSync(other.bytes!), both.bytes, 'who waits for the same tile has it in another coding')
})

t.test('what an archive has stored is passed through; joined with others it is undone', async t => {
  const ready = { bytes: gzipSync('stored'), coding: 'gzip' as const }
  const { get } = engine(t, async ask => (ask.layer === heavy ? { ready } : says(ask)))
  t.equal((await get(of(heavy))).bytes, ready.bytes)
  t.match(gunzipSync((await get([of(heavy), of()])).bytes!).toString(), /^storedlight 1 light 1/)
})

t.test('an edit elsewhere leaves a tile its name: nothing is cut again, in whatever grid', async t => {
  const { tiles, get, asked } = engine(t, async ask => says(ask))
  const changes = (box: Changes['boxes'][number]['box']): Changes => ({ base: 0, boxes: [{ revision: 2, box }] })
  const before = await get(of())
  const far = { ...of(light, 2), changes: changes([100, 20, 101, 21]) }
  t.equal((await get(far)).bytes, before.bytes)
  t.equal(asked.length, 1)
  const near = { ...of(light, 2), changes: changes([112.9, 23.2, 112.91, 23.21]) }
  t.equal(read((await get(near)).bytes), 'light 2')
  const subject = { members: [near], grid: WEB_MERCATOR_QUAD, tile: TILE }
  t.match(tiles.key(subject), /^2\/light\./)
  t.match(tiles.key({ ...subject, tile: { ...TILE, x: 900 } }), /^1\/light\./)
  const past = { ...near, view: { ...WHOLE_LAYER, asOfRevision: 1, key: 'asof=1' } }
  t.match(tiles.key({ ...subject, members: [past] }), /^1\/light\.\w+\?asof=1\//)
})

t.test('what cannot be made is answered by what was made last, and says so', async t => {
  let failure: Error | null = null
  const { get, tiles } = engine(t, async ask => {
    if (failure) throw failure
    return says(ask)
  })
  const before = await get(of())
  failure = new Error('the database is away')
  await t.rejects(get(of(light, 2), { tile: { ...TILE, x: 1 } }), failure, 'there is none')
  t.match(await get(of(light, 2)), { stale: true, etag: before.etag, bytes: before.bytes })
  t.match(await get(of(light, 2), { coding: 'br' }), { stale: true, coding: 'br' })
  t.equal(tiles.counts.sum('stale'), 2)
  await t.rejects(get(of({ ...light, fields: [] }, 2)), failure, 'of other fields nothing is shown')
  failure = notFound({ what: 'it' })
  await t.rejects(get(of(light, 2)), { code: 'NOT_FOUND' }, 'the fault is the request')
  failure = null
  t.match(await get(of(light, 2)), { stale: false, etag: /^"/ })
})

t.test('who leaves hears nothing more; work that nobody waits for is given up', async t => {
  const { open, opened } = gate()
  const signals: AbortSignal[] = []
  const { get, tiles } = engine(t, async (ask, signal) => {
    signals.push(signal)
    await Promise.race([
      opened,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    ])
    return says(ask)
  })
  const [one, other] = [new AbortController(), new AbortController()]
  const both = [get(of(), { signal: one.signal }), get(of(), { signal: other.signal })]
  await wait(5)
  one.abort(new Error('left'))
  await t.rejects(both[0]!, { message: 'left' })
  t.equal(signals[0]!.aborted, false, 'somebody waits')
  other.abort(new Error('left too'))
  await t.rejects(both[1]!, { message: 'left too' })
  t.equal(signals[0]!.aborted, true)
  await wait(5)
  t.match(tiles.stats(), { working: 0, waiting: 0 })
  const again = get(of())
  open()
  t.equal(read((await again).bytes), 'light 1', 'asked for again, it is made anew')
  t.equal(tiles.counts.sum('failed'), 0)
})

t.test('of several layers all are given up when one fails', async t => {
  const { get, tiles } = engine(t, async (ask, signal) => {
    if (ask.layer === heavy) throw new Error('no')
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return says(ask)
  })
  await t.rejects(get([of(), of(heavy)]), { message: 'no' })
  await wait(5)
  t.match(tiles.stats(), { working: 0, waiting: 0 })
})

t.test('a heavy layer is refused at its share; the others are served meanwhile', async t => {
  const { open, opened } = gate()
  const { get, tiles } = engine(
    t,
    async ask => {
      if (ask.layer === heavy) await opened
      return says(ask)
    },
    { queue: 20, deadlineMs: 60_000 }
  )
  const tile = (x: number) => ({ tile: { ...TILE, x } })
  const heavies = Array.from({ length: 1000 }, (_, x) => get(of(heavy), tile(x)))
  const settled = Promise.allSettled(heavies)
  for (let x = 0; x < 50; x++) t.equal(read((await get(of(), tile(x))).bytes), 'light 1')
  open()
  const results = await settled
  const refused = results.filter(result => result.status === 'rejected').map(({ reason }) => reason)
  t.equal(refused.length, 990)
  t.ok(refused.every(error => error.code === 'TILE_OVERLOADED' && error.status === 503))
  t.equal(refused[0].members.retryAfter, 1)
  t.equal(tiles.counts.of('heavy', 10).refused, 990)
  t.equal(tiles.counts.of('light', 10).refused, 0)
})

t.test('a tile that takes too long is refused at the deadline, and its work given up', async t => {
  let given = false
  const { get } = engine(
    t,
    (_ask, signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          given = true
        })
      }),
    { deadlineMs: 20 }
  )
  await t.rejects(get(of()), { code: 'TILE_TOO_SLOW', status: 503 })
  t.ok(given)
})

t.test('lanes take turns; alone, a lane leaves one slot free, else it has its share', async t => {
  let now = 0
  const queue = new WorkQueue({ slots: 4, shared: 2, places: 100, deadlineMs: 60_000, now: () => now })
  const begun: string[] = []
  const ends: (() => void)[] = []
  const job = (name: string): Job<void> => ({
    ready: () => null,
    work: () =>
      new Promise(resolve => {
        begun.push(name)
        ends.push(resolve)
      })
  })
  const never = new AbortController()
  const run = (lane: string, count: number) =>
    Array.from({ length: count }, (_, i) => queue.run(lane, job(`${lane}${i}`), never))
  const all = run('a', 6)
  await wait(1)
  t.strictSame(begun.splice(0), ['a0', 'a1', 'a2'], 'nobody else is there')
  all.push(...run('b', 2), ...run('c', 1))
  await wait(1)
  t.strictSame(begun.splice(0), ['b0'], 'whoever comes finds a free slot')
  const step = async () => {
    ends.shift()!()
    await wait(1)
    return begun.splice(0).join(' ')
  }
  t.equal(await step(), 'b1', 'a has two of four, and that is its share')
  t.equal(await step(), 'a3')
  t.equal(await step(), 'c0')
  t.equal(await step(), 'a4', 'as b0 has ended')
  now = 20_000
  t.equal(await step(), 'a5', 'the others have not asked for long')
  while (ends.length > 0) await step()
  await Promise.all(all)
  t.strictSame(queue.stats(), { working: 0, waiting: 0 })
})

t.test('with a share of one a layer that others come beside goes on one by one', async t => {
  const queue = new WorkQueue({ slots: 4, shared: 1, places: 100, deadlineMs: 60_000 })
  const ends: (() => void)[] = []
  const begun: string[] = []
  const run = (lane: string) => {
    const work = () => new Promise<void>(resolve => ends.push(resolve) && begun.push(lane))
    return queue.run(lane, { ready: () => null, work }, new AbortController())
  }
  const all = ['b', 'a', 'a', 'a', 'c'].map(run)
  await wait(1)
  t.strictSame(begun, ['b', 'a', 'c'], 'slots stay free for others')
  for (let done = 0; done < all.length; done++) {
    ends[done]!()
    await wait(1)
  }
  await Promise.all(all)
  t.strictSame(begun, ['b', 'a', 'c', 'a', 'a'])
})

t.test('who waits for a layer to be read holds up nobody', async t => {
  const queue = new WorkQueue({ slots: 2, shared: 1, places: 10, deadlineMs: 60_000 })
  const { open, opened } = gate()
  const never = new AbortController()
  const done: string[] = []
  const job = (name: string, ready: Promise<void> | null): Job<void> => ({
    ready: () => ready,
    work: async () => void done.push(name)
  })
  const unread = queue.run('a', job('a', opened), never)
  await queue.run('b', job('b', null), never)
  open()
  await unread
  t.strictSame(done, ['b', 'a'])
  const left = new AbortController()
  const waiting = queue.run('a', job('late', new Promise(() => {})), left)
  left.abort(new Error('left'))
  await t.rejects(waiting, { message: 'left' })
  await wait(1)
  t.strictSame(queue.stats(), { working: 0, waiting: 0 })
})

t.test('views beyond those that are kept are made for each who asks', async t => {
  const { get, asked, tiles } = engine(t, async ask => says(ask))
  const filtered = (key: string): TileMember => ({ ...of(), view: { ...WHOLE_LAYER, key } })
  for (let i = 0; i < 200; i++) await get(filtered(`f${i}`))
  await get(filtered('f0'))
  t.equal(asked.length, 200)
  for (let i = 0; i < 2; i++) await get(filtered('one too many'))
  t.equal(asked.length, 202)
  t.equal(tiles.stats().tiles, 200)
})

t.test('servers share what they have made; a second level that fails is none', async t => {
  const shared = new Map<string, Buffer>()
  const level = (more: Partial<SecondLevel> = {}): SecondLevel => ({
    get: async key => (shared.has(key) ? unpack(shared.get(key)!) : null),
    set: (key, tile) => void shared.set(key, pack(tile)),
    close: async () => {},
    ...more
  })
  const first = engine(t, async ask => ({ ...says(ask), reduced: { shown: 1, total: 2 } }), { secondLevel: level() })
  const second = engine(t, async ask => says(ask), { secondLevel: level() })
  const made = await first.get(of())
  const found = await second.get(of())
  t.match(found, { etag: made.etag, reduced: true, stale: false })
  t.strictSame(found.bytes, made.bytes)
  t.equal(second.asked.length, 0)
  t.equal(second.tiles.stats().tiles, 1, 'and keep it themselves')
  t.equal(read((await second.get(of(light, 2))).bytes), 'light 2')
  for (const tile of [
    { bytes: null, coding: 'gzip', reduced: false },
    { bytes: Buffer.from('x'), coding: 'br', reduced: true },
    { bytes: Buffer.from('y'), coding: 'identity', reduced: false }
  ] satisfies Finished[]) {
    t.match(unpack(pack(tile)), tile.bytes ? tile : { bytes: null })
  }
  t.equal(unpack(Buffer.alloc(0)), null)
  t.equal(unpack(Buffer.from('{"of":"another"}')), null)
})
