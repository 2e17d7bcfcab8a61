import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import cookie from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import { findPrincipal, principalById, setAdminKey } from '../access/keys.ts'
import { badKey, type Principal, type Role, requireRole } from '../access/roles.ts'
import { OneTimeTokens, readSession, SESSION_SECONDS, signSession } from '../access/session.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** An `onRequest` hook that lets a role and those above it pass. */
    authorize(role: Role): (request: FastifyRequest) => Promise<void>
    /** Where the generated administrator key is kept and, when this start made it, the key; null when ADMIN_KEY set it. */
    adminKey: { file: string; generated: string | null } | null
    /** A link's token that signs in as the administrator, once. */
    issueSignInToken(): string
    spendSignInToken(token: string): string | null
    openSession(reply: FastifyReply, keyId: string): void
    closeSession(reply: FastifyReply): void
    /** @throws KEY_UNKNOWN */
    principalOfKey(key: string): Promise<Principal>
    /** The key a request came with. */
    keyOf(request: FastifyRequest): string | undefined
    /** Differs once a key was revoked or a minute is over: what was found out about keys before is not to be relied on. */
    keyKnowledge(): number
    /** Whether a key is, by what is known now, somebody's. */
    isKnownKey(key: string): boolean
  }
  interface FastifyRequest {
    /** Who asks; null: nobody in particular. */
    principal: Principal | null
  }
}

const COOKIE = 'yitu_session'
/** How long what is known of a key is relied on. */
const REMEMBERED_MS = 60_000

/** Who asks: the one place where keys and sessions are read. What they may do is decided in server/access. */
export default fp(
  async app => {
    const { dataDir, adminKey } = app.config
    await mkdir(dataDir, { recursive: true })
    const secret = Buffer.from((await secretFile(join(dataDir, 'session.secret'))).secret, 'base64url')
    const kept = adminKey ? null : await secretFile(join(dataDir, 'admin.key'))
    await setAdminKey(app.db, kept?.secret ?? adminKey)

    // A revoked key is refused at once: revoking notifies, and every server forgets what it knew.
    const known = new LRUCache<string, { principal: Principal | null }>({ max: 1000 })
    let knowledge = 0
    const forget = () => {
      known.clear()
      knowledge++
    }
    const stop = await app.db.listen('yitu_key', forget)
    const oblivion = setInterval(forget, REMEMBERED_MS).unref()
    app.addHook('onClose', async () => {
      clearInterval(oblivion)
      await stop()
    })
    /** What is known is told at once: most requests wait for nothing. */
    const remembered = (name: string, find: () => Promise<Principal | null>): MaybePromise<Principal | null> => {
      const found = known.get(name)
      if (found) return found.principal
      const asked = knowledge
      return find().then(principal => {
        // What was revoked while it was looked for is looked for again.
        if (asked === knowledge) known.set(name, { principal })
        return principal
      })
    }
    const principalOfKey = async (key: string): Promise<Principal> =>
      keyOwner(await remembered(`key ${key}`, () => findPrincipal(app.db, key)))

    /** @throws KEY_UNKNOWN */
    const identify = (request: FastifyRequest): MaybePromise<Principal | null> => {
      const key = keyOf(request)
      if (key) {
        const found = remembered(`key ${key}`, () => findPrincipal(app.db, key))
        return found instanceof Promise ? found.then(keyOwner) : keyOwner(found)
      }
      const { cookie } = request.headers
      const session = cookie === undefined ? undefined : app.parseCookie(cookie)[COOKIE]
      const keyId = session && isOurOwnPage(request) ? readSession(secret, session) : null
      return keyId ? remembered(`id ${keyId}`, () => principalById(app.db, keyId)) : null
    }

    // Cookies are read where they are needed.
    await app.register(cookie, { hook: false })
    app.decorateRequest('principal', null)
    app.decorate('adminKey', kept && { file: kept.file, generated: kept.isNew ? kept.secret : null })
    app.decorate('principalOfKey', principalOfKey)
    app.decorate('keyOf', keyOf)
    app.decorate('keyKnowledge', () => knowledge)
    app.decorate('isKnownKey', key => Boolean(known.get(`key ${key}`)?.principal))
    app.decorate('authorize', role => async request => void requireRole(request.principal, role))

    const tokens = new OneTimeTokens()
    app.decorate('issueSignInToken', () => tokens.issue('admin'))
    app.decorate('spendSignInToken', token => tokens.spend(token))
    app.decorate('openSession', (reply, keyId) => {
      const options = { httpOnly: true, sameSite: 'strict', path: '/', maxAge: SESSION_SECONDS } as const
      reply.setCookie(COOKIE, signSession(secret, keyId), { ...options, secure: reply.request.protocol === 'https' })
    })
    app.decorate('closeSession', reply => void reply.clearCookie(COOKIE, { path: '/' }))

    app.addHook('onRequest', (request, _reply, done) => {
      try {
        const found = identify(request)
        if (!(found instanceof Promise)) {
          request.principal = found
          return done()
        }
        found.then(principal => {
          request.principal = principal
          done()
        }, done)
      } catch (error) {
        done(error as Error)
      }
    })
  },
  { name: 'access', dependencies: ['config', 'database'] }
)

type MaybePromise<T> = T | Promise<T>

/** @throws KEY_UNKNOWN for a key of nobody's */
function keyOwner(principal: Principal | null): Principal {
  if (!principal) throw badKey()
  return principal
}

/** `Authorization: Bearer …`, `X-API-Key: …`, or `?key=` for clients that can only keep a URL. */
function keyOf(request: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': header } = request.headers
  const bearer = authorization === undefined ? undefined : /^Bearer\s+(\S+)$/i.exec(authorization)?.[1]
  const { key } = request.query as Record<string, unknown>
  return bearer ?? (typeof header === 'string' && header ? header : typeof key === 'string' && key ? key : undefined)
}

/** A cookie changes nothing for a page of another site (SameSite=Strict says so too; not every client heeds it). */
function isOurOwnPage(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return request.method === 'GET' || request.method === 'HEAD' || !site || site === 'same-origin' || site === 'none'
}

/** A secret kept in a file of mode 0600, made where missing. */
async function secretFile(file: string): Promise<{ file: string; secret: string; isNew: boolean }> {
  const fresh = randomBytes(32).toString('base64url')
  const isNew = await writeFile(file, `${fresh}\n`, { mode: 0o600, flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
      return false
    }
  )
  await chmod(file, 0o600)
  return { file, secret: (await readFile(file, 'utf8')).trim(), isNew }
}
