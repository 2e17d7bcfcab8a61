import t from 'tap'
import { mayRead, type Role, requireRole } from '../../server/access/roles.ts'
import { OneTimeTokens, readSession, SESSION_SECONDS, signSession } from '../../server/access/session.ts'

const somebody = (role: Role) => ({ id: 'key_1', role, label: 'somebody' })

t.test('who may read a layer follows its sharing class', async t => {
  for (const [sharing, role, expected] of [
    ['open', null, true],
    ['conditional', null, false],
    ['restricted', null, false],
    ['conditional', 'reader', true],
    ['conditional', 'checker', true],
    ['restricted', 'reader', false],
    ['restricted', 'checker', false],
    ['restricted', 'publisher', true],
    ['restricted', 'admin', true]
  ] as const) {
    t.equal(
      mayRead(role && somebody(role), { sharing }),
      expected,
      `${role ?? 'nobody'} and a layer that is ${sharing}`
    )
  }
})

t.test('a role can do what those below it can, and no more', async t => {
  t.throws(() => requireRole(null, 'reader'), { code: 'UNAUTHORIZED', status: 401 })
  t.throws(() => requireRole(somebody('checker'), 'publisher'), { code: 'FORBIDDEN', status: 403 })
  t.equal(requireRole(somebody('publisher'), 'checker').role, 'publisher')
})

t.test('a session cookie stands for its key until it is over, and a forged one for nobody', async t => {
  const secret = Buffer.alloc(32, 7)
  const cookie = signSession(secret, 'key_1', 1_000_000)
  t.equal(readSession(secret, cookie, 1_000_000), 'key_1')
  t.equal(readSession(secret, cookie, 1_000_000 + SESSION_SECONDS * 1000 + 1000), null, 'over')
  t.equal(readSession(Buffer.alloc(32, 8), cookie, 1_000_000), null, 'another secret')
  t.equal(readSession(secret, cookie.replace('key_1', 'admin'), 1_000_000), null, 'another id')
  for (const broken of ['', '..', 'a.b', `${cookie}.x`, cookie.slice(0, -1)])
    t.equal(readSession(secret, broken, 1_000_000), null, broken)
})

t.test('a one-time link works once and within the hour', async t => {
  const tokens = new OneTimeTokens()
  const token = tokens.issue('admin', 0)
  t.equal(tokens.spend(token, 1), 'admin')
  t.equal(tokens.spend(token, 2), null, 'spent')
  t.equal(tokens.spend(tokens.issue('admin', 0), 3_600_001), null, 'too late')
  t.equal(tokens.spend('never issued'), null)
})
