import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import t from 'tap'
import { Problem, type ProblemExtra } from '../../server/lib/errors.ts'
import { matchesEtag, strongEtag } from '../../server/lib/etag.ts'
import { chooseCoding, parsePreferences } from '../../server/lib/media-type.ts'
import { noteRefusal, pauseBefore, refuse } from '../../server/lib/refusals.ts'

t.test('an entity tag is quoted, stable, and keeps its parts apart', async t => {
  t.match(strongEtag('river-line', 3, 14), /^"[\w-]{22}"$/)
  t.equal(strongEtag('river-line', 3), strongEtag('river-line', 3))
  const tags = [
    strongEtag('a', 'bc'),
    strongEtag('ab', 'c'),
    strongEtag('abc'),
    strongEtag('a', 1),
    strongEtag('a', '1')
  ]
  t.equal(new Set(tags).size, tags.length)
})

t.test('If-None-Match is a list of tags, weak or not, or a star', async t => {
  const cases: [header: string | undefined, matches: boolean][] = [
    [undefined, false],
    ['', false],
    ['*', true],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", W/"a"', true],
    ['"b","a","c"', true],
    ['"b"', false],
    ['a', false],
    ['"a', false],
    ['"b, a"', false]
  ]
  for (const [header, matches] of cases) t.equal(matchesEtag(header, '"a"'), matches, String(header))
})

t.test('preferences are read with their weights', async t => {
  t.strictSame(parsePreferences('gzip;q=0.5, BR ;Q=0 , *;q=2, ,deflate;q=x'), [
    { value: 'gzip', weight: 0.5 },
    { value: 'br', weight: 0 },
    { value: '*', weight: 1 },
    { value: 'deflate', weight: 1 }
  ])
})

t.test('gzip is sent to those who take it', async t => {
  const cases: [header: string | undefined, coding: string | undefined][] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'identity'],
    ['*;q=0, gzip', 'gzip'],
    ['br', 'br'],
    ['gzip;q=0.5, br', 'br'],
    ['br;q=0.5, identity', 'identity'],
    ['identity', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip, identity;q=0', 'gzip'],
    ['identity;q=0', undefined],
    ['*;q=0', undefined],
    ['zstd, identity;q=0, gzip;q=0', undefined]
  ]
  for (const [header, coding] of cases) t.equal(chooseCoding(header), coding, String(header))
})

t.test('who was refused waits before it asks for the same again; others of the connection do not', async t => {
  let now = 1000
  t.intercept(performance, 'now', { value: () => now })
  const [proxy, other] = [{}, {}] as [Socket, Socket]
  const request = (socket: Socket, url: string) => ({ socket, url }) as IncomingMessage
  const parcel = request(proxy, '/tiles/parcel/12/3333/1777.mvt?filter=area=1')
  t.equal(pauseBefore(parcel), 0)
  noteRefusal(parcel)
  now += 30
  t.equal(pauseBefore(request(proxy, '/tiles/parcel/9/1/2.mvt')), 70)
  t.equal(pauseBefore(request(proxy, '/tiles/road/9/1/2.mvt')), 0)
  t.equal(pauseBefore(request(other, '/tiles/parcel/9/1/2.mvt')), 0)
  now += 70
  t.equal(pauseBefore(parcel), 0)

  const refusal = (extra?: ProblemExtra) => new Problem('BUSY', 503, { zh: '', en: '' }, { zh: '', en: '' }, extra)
  const reply = { hijack: () => 'hijacked', request: { raw: request(other, '/maps/a') } }
  t.throws(() => refuse(reply, refusal(), new AbortController().signal), { code: 'BUSY' })
  t.equal(pauseBefore(reply.request.raw), 0, 'nobody told it to come back')
  t.throws(() => refuse(reply, refusal({ members: { retryAfter: 1 } }), new AbortController().signal), { code: 'BUSY' })
  t.equal(pauseBefore(reply.request.raw), 100)
  t.equal(refuse(reply, refusal(), AbortSignal.abort()), 'hijacked', 'who has left is told nothing')
})
