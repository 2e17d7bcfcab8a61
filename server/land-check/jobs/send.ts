import { lookup as resolve } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type AllowedWebhook, isPrivateAddress } from './webhook.ts'

const TIMEOUT_MS = 10_000

/**
 * Posts once, following no redirect. The address that a name stands for is checked as it is connected to, so that no
 * name can first stand for a public one and then for one of our network.
 * @returns the HTTP status
 * @throws where nobody answered in ten seconds, or the address is none that may be asked
 */
export function post(
  { url, mayBePrivate }: AllowedWebhook,
  body: string,
  headers: Record<string, string>
): Promise<number> {
  return new Promise((done, failed) => {
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (!mayBePrivate && isIP(literal) > 0 && isPrivateAddress(literal)) throw new Error(privateAddress(literal))
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent: false,
      lookup: mayBePrivate ? undefined : publicLookup,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }
    })
    const timer = setTimeout(() => request.destroy(new Error('timeout')), TIMEOUT_MS)
    request.on('error', error => {
      clearTimeout(timer)
      failed(error)
    })
    request.on('response', response => {
      clearTimeout(timer)
      // Only the status is of interest, however much is said.
      response.destroy()
      done(response.statusCode ?? 0)
    })
    request.end(body)
  })
}

const privateAddress = (address: string) => `${address} is a private address`

const publicLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    const hidden = error ? undefined : found.find(({ address }) => isPrivateAddress(address))
    const [first] = found ?? []
    if (error || hidden || !first) callback(error ?? new Error(privateAddress(hidden?.address ?? host)), '', 0)
    else if (options.all) callback(null, found)
    else callback(null, first.address, first.family)
  })
}
