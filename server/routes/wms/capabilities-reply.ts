import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { INFO_FORMATS } from '../../features/info-formats.ts'
import { encodeText } from '../../lib/encode-text.ts'
import { strongEtag } from '../../lib/etag.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { chooseCoding } from '../../lib/media-type.ts'
import type { OperationEntry } from './capabilities.ts'
import { capabilities111 } from './capabilities-111.ts'
import { capabilities130 } from './capabilities-130.ts'
import { describeService, offeredTo, placeOf } from './describe.ts'
import { MAP_FORMATS } from './formats.ts'
import { LEGEND_FORMATS } from './legend.ts'
import { isCurrent, noSequence } from './problems.ts'
import { offeringsOf } from './service.ts'
import { negotiate, type WmsVersion } from './versions.ts'

/** What the service metadata is sent as, whatever format is asked for. */
const TYPES: Readonly<Record<WmsVersion, string>> = { '1.1.1': 'application/vnd.ogc.wms_xml', '1.3.0': 'text/xml' }

/** The operations that are announced. */
const operationsOf = (version: WmsVersion): OperationEntry[] => [
  { name: 'GetCapabilities', formats: [TYPES[version]] },
  { name: 'GetMap', formats: MAP_FORMATS },
  { name: 'GetFeatureInfo', formats: INFO_FORMATS.map(({ type }) => type) },
  // The schema of 1.3.0 has no place for those that came with SLD; they answer all the same.
  ...(version === '1.1.1' ? SLD_OPERATIONS : [])
]

const SLD_OPERATIONS: readonly OperationEntry[] = [
  { name: 'DescribeLayer', formats: ['text/xml'] },
  { name: 'GetLegendGraphic', formats: LEGEND_FORMATS },
  { name: 'GetStyles', formats: ['application/vnd.ogc.sld+xml'] }
]

/** Characters of service metadata that are kept; that of 160 layers has about half a million. */
const KEPT = 16 * 1024 * 1024

interface Written {
  text: string
  /** `<publications>.<digits of the content>`: grows with each publication, and differs where the content does. */
  updateSequence: string
}

/** Answers GetCapabilities, of what the caller may see (OGC 06-042 §7.2, OGC 01-068r3 §7.1). */
export function capabilitiesReply(app: FastifyInstance) {
  const kept = new LRUCache<string, Written>({ maxSize: KEPT, sizeCalculation: ({ text }) => text.length })

  async function capabilities(request: FastifyRequest, version: WmsVersion): Promise<Written> {
    const services = offeredTo(app, request)
    const place = placeOf(app, request)
    const ids = services.map(({ id }) => id)
    const name = strongEtag(version, app.catalog.version, request.language, ...Object.values(place), ...ids)
    const known = kept.get(name)
    if (known) return known
    const service = await describeService(app, request, services, place)
    const publications = offeringsOf(service.branches).reduce((sum, { revision }) => sum + revision, 0)
    const write = (updateSequence: string) =>
      (version === '1.3.0' ? capabilities130 : capabilities111)(
        service,
        operationsOf(version),
        request.language,
        updateSequence
      )
    const updateSequence = `${publications}.${digitsOf(write(''))}`
    const written = { text: write(updateSequence), updateSequence }
    kept.set(name, written)
    return written
  }

  return async (request: FastifyRequest, reply: FastifyReply, kvp: Kvp): Promise<FastifyReply> => {
    const version = negotiate(kvp)
    const { text, updateSequence } = await capabilities(request, version)
    checkSequence(kvp.get('updatesequence'), updateSequence)
    const coding = chooseCoding(request.headers['accept-encoding']) ?? 'identity'
    reply.header('vary', 'Accept-Language, Accept-Encoding')
    if (reply.unchanged(strongEtag(text, coding), 'private, no-cache')) return reply
    if (coding !== 'identity') reply.header('content-encoding', coding)
    return reply.type(TYPES[version]).send(await encodeText(text, coding))
  }
}

const digitsOf = (text: string): string =>
  String(Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 8), 16) % 1_000_000).padStart(6, '0')

/** @throws CurrentUpdateSequence, InvalidUpdateSequence for what is newer than the current one, or no number */
function checkSequence(has: string | undefined, current: string): void {
  if (!has) return
  if (has === current) throw isCurrent(has)
  if (!(Number(has) < Math.floor(Number(current)) + 1)) throw noSequence(has, current)
}
