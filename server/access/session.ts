import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Sessions of the console: a cookie that names a key's id, signed, so that servers of one DATA_DIR share them. */
export const SESSION_SECONDS = 12 * 3600

/** `<key id>.<expiry, seconds>.<HMAC-SHA-256>` */
export function signSession(secret: Buffer, keyId: string, now = Date.now()): string {
  const body = `${keyId}.${Math.floor(now / 1000) + SESSION_SECONDS}`
  return `${body}.${mac(secret, body)}`
}

/** The key id a session cookie stands for; null when it is forged, broken or over. */
export function readSession(secret: Buffer, cookie: string, now = Date.now()): string | null {
  const [keyId, expiry, signature, ...rest] = cookie.split('.')
  if (!keyId || !expiry || !signature || rest.length > 0) return null
  const expected = Buffer.from(mac(secret, `${keyId}.${expiry}`))
  const given = Buffer.from(signature)
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null
  return Number(expiry) * 1000 > now ? keyId : null
}

const mac = (secret: Buffer, body: string) => createHmac('sha256', secret).update(body).digest('base64url')

/** Links that sign somebody in once, within the hour, and not again. */
export class OneTimeTokens {
  readonly #tokens = new Map<string, { keyId: string; until: number }>()

  issue(keyId: string, now = Date.now()): string {
    const token = randomBytes(24).toString('base64url')
    this.#tokens.set(token, { keyId, until: now + 3_600_000 })
    return token
  }

  /** The key id the token stands for; it is spent by asking. */
  spend(token: string, now = Date.now()): string | null {
    const found = this.#tokens.get(token)
    this.#tokens.delete(token)
    return found && found.until > now ? found.keyId : null
  }
}
