import { randomBytes } from 'node:crypto'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A prefix and a ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32; later ids sort later. */
export function newId(now: Date, prefix = 'lc'): string {
  let number = (BigInt(now.getTime()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i++) {
    text = CROCKFORD[Number(number & 31n)] + text
    number >>= 5n
  }
  return `${prefix}_${text}`
}
