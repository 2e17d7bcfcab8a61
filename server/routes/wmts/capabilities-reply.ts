import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { encodeText } from '../../lib/encode-text.ts'
import { strongEtag } from '../../lib/etag.ts'
import { chooseCoding } from '../../lib/media-type.ts'
import { type Capabilities, printCapabilities, writeCapabilities } from './capabilities.ts'
import { describeService, offeredTo, placeOf } from './describe.ts'
import type { CapabilitiesAsk } from './parse-capabilities.ts'
import { noSequence } from './problems.ts'

/** Characters of service metadata that are kept; that of 160 layers has about a million. */
const KEPT = 16 * 1024 * 1024

/** Answers GetCapabilities, of what the caller may see. */
export function capabilitiesReply(app: FastifyInstance) {
  const kept = new LRUCache<string, Capabilities>({
    maxSize: KEPT,
    sizeCalculation: ({ sections }) => Object.values(sections).reduce((sum, { length }) => sum + length, 0)
  })

  function capabilities(request: FastifyRequest): Capabilities {
    const services = offeredTo(app, request)
    const place = placeOf(app, request)
    const ids = services.map(({ id }) => id)
    const name = strongEtag(app.catalog.version, request.language, ...Object.values(place), ...ids)
    const known = kept.get(name)
    if (known) return known
    const written = writeCapabilities(describeService(app, request, services, place), request.language)
    kept.set(name, written)
    return written
  }

  return async (request: FastifyRequest, reply: FastifyReply, ask: CapabilitiesAsk): Promise<FastifyReply> => {
    const written = capabilities(request)
    const sections = isCurrent(written, ask.updateSequence) ? new Set<never>() : ask.sections
    const coding = chooseCoding(request.headers['accept-encoding']) ?? 'identity'
    reply.header('vary', 'Accept-Language, Accept-Encoding')
    const etag = strongEtag(written.hash, written.updateSequence, ask.type, coding, ...[...sections].toSorted())
    if (reply.unchanged(etag, 'private, no-cache')) return reply
    const text = printCapabilities(written, sections)
    reply.type(ask.type)
    if (coding !== 'identity') reply.header('content-encoding', coding)
    return reply.send(await encodeText(text, coding))
  }
}

/**
 * Whether the client has the document already.
 * @throws InvalidUpdateSequence for what is newer than the current one, or no number
 */
function isCurrent({ updateSequence: current }: Capabilities, has: string | undefined): boolean {
  if (has === undefined) return false
  if (!(Number(has) < Math.floor(Number(current)) + 1)) throw noSequence(has, current)
  return has === current
}
