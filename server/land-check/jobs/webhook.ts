import { createHmac } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { webhookHost } from './problems.ts'

/** Which addresses may be told of the end of a job, and how what is told is signed. */

/** One entry of the list: `host`, `host:port` or `*.domain`; IPv6 in brackets. */
interface AllowedHost {
  /** Without the `*` of a wildcard, which leaves `.domain`. */
  name: string
  wildcard: boolean
  /** Null: the scheme's own. */
  port: string | null
}

export interface AllowedWebhook {
  url: URL
  /** The host is on the list by its own name: the administrator knows where it leads, be it inside the network. */
  mayBePrivate: boolean
}

/** Reads WEBHOOK_HOSTS: entries joined by commas; empty allows none. */
export function parseHosts(setting: string): AllowedHost[] {
  return setting
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(entry => entry !== '')
    .map(entry => {
      const [, host = entry, port] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? []
      const wildcard = host.startsWith('*.')
      return { name: wildcard ? host.slice(1) : host, wildcard, port: port ?? null }
    })
}

/** @throws WEBHOOK_HOST_REFUSED where the host is not listed, or the address carries more than host, path and query */
export function checkWebhook(address: string, hosts: readonly AllowedHost[]): AllowedWebhook {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const refused = webhookHost({ host: url ? url.host.slice(0, 100) : '?' })
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) throw refused
  const host = url.hostname.toLowerCase()
  const fitting = hosts.filter(
    ({ name, wildcard, port }) =>
      (wildcard ? host.endsWith(name) && isIP(host) === 0 : host === name) && url.port === ownPort(url, port)
  )
  if (fitting.length === 0) throw refused
  return { url, mayBePrivate: fitting.some(({ wildcard }) => !wildcard) }
}

/** A listed port as `URL.port` has it: empty for the scheme's own. */
const ownPort = ({ protocol }: URL, port: string | null): string =>
  port === null || port === (protocol === 'https:' ? '443' : '80') ? '' : port

/** Addresses that lead into this machine or its network, and those that lead nowhere (RFC 6890). */
const PRIVATE = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3]
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8]
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6')

/** Whether an IP address is none of the public Internet. IPv4 inside IPv6 (`::ffff:10.0.0.1`) counts as what it is. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * What proves that a message is ours and from when: `t=<unix seconds>,v1=<HMAC-SHA256, hex, of "t.body">`. A receiver
 * computes it anew with its secret and refuses what is older than a few minutes.
 */
export function signatureOf(body: string, secret: string, seconds: number): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex')
  return `t=${seconds},v1=${mac}`
}
