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
  }
  interface FastifyRequest {
    /** Who asks; null: nobody in particular. */
    principal: Principal | null
  }
}

const COOKIE = 'yitu_session'

/** Who asks: the one place where keys and sessions are read. What they may do is decided in server/access. */
export default fp(
  async app => {
    const { dataDir, adminKey } = app.config
    await mkdir(dataDir, { recursive: true })
    const secret = Buffer.from((await secretFile(join(dataDir, 'session.secret'))).secret, 'base64url')
    const kept = adminKey ? null : await secretFile(join(dataDir, 'admin.key'))
    await setAdminKey(app.db, kept?.secret ?? adminKey)

    // A revoked key is refused at once: revoking notifies, and every server forgets what it knew.
    const known = new LRUCache<string, { principal: Principal | null }>({ max: 1000, ttl: 60_000 })
    const stop = await app.db.listen('yitu_key', () => known.clear())
    app.addHook('onClose', stop)
    const remembered = async (name: string, find: () => Promise<Principal | null>) => {
      const found = known.get(name) ?? { principal: await find() }
      known.set(name, found)
      return found.principal
    }
    const principalOfKey = async (key: string): Promise<Principal> => {
      const principal = await remembered(`key ${key}`, () => findPrincipal(app.db, key))
      if (!principal) throw badKey()
      return principal
    }

    await app.register(cookie)
    app.decorateRequest('principal', null)
    app.decorate('adminKey', kept && { file: kept.file, generated: kept.isNew ? kept.secret : null })
    app.decorate('principalOfKey', principalOfKey)
    app.decorate('authorize', role => async request => void requireRole(request.principal, role))

    const tokens = new OneTimeTokens()
    app.decorate('issueSignInToken', () => tokens.issue('admin'))
    app.decorate('spendSignInToken', token => tokens.spend(token))
    app.decorate('openSession', (reply, keyId) => {
      const options = { httpOnly: true, sameSite: 'strict', path: '/', maxAge: SESSION_SECONDS } as const
      reply.setCookie(COOKIE, signSession(secret, keyId), { ...options, secure: reply.request.protocol === 'https' })
    })
    app.decorate('closeSession', reply => void reply.clearCookie(COOKIE, { path: '/' }))

    app.addHook('onRequest', async request => {
      const key = keyOf(request)
      if (key) {
        request.principal = await principalOfKey(key)
        return
      }
      const session = request.cookies[COOKIE]
      const keyId = session && isOurOwnPage(request) ? readSession(secret, session) : null
      if (keyId) request.principal = await remembered(`id ${keyId}`, () => principalById(app.db, keyId))
    })
  },
  { name: 'access', dependencies: ['config', 'database'] }
)

/** `Authorization: Bearer …`, `X-API-Key: …`, or `?key=` for clients that can only keep a URL. */
function keyOf(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const header = request.headers['x-api-key']
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
