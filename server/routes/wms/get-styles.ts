import type { FastifyReply } from 'fastify'
import { stylesOf } from '../../catalog/named-styles.ts'
import { strongEtag } from '../../lib/etag.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { SLD_VERSIONS, type SldVersion } from '../../maps/sld/writing.ts'
import { audience } from '../../tiles/tileset.ts'
import { SLD_TYPE, sldOf } from '../layer-style-sld.ts'
import { findLayers } from './find-layers.ts'
import type { OperationMaker } from './operation.ts'
import { invalid } from './problems.ts'
import { versionOf, type WmsVersion } from './versions.ts'

/** Answers GetStyles (OGC 05-078r4 §13): all styles of the layers, and of those that a map is made of, as SLD. */
export const stylesReply: OperationMaker =
  app =>
  async (request, reply, kvp): Promise<FastifyReply> => {
    const version = readVersion(kvp, versionOf(kvp))
    const asked = findLayers(app, request, new Map([...kvp].filter(([name]) => name !== 'styles')))
    const members = asked.flatMap(({ shown }) => shown.collection.members)
    const layers = [...new Set(members.map(({ layer }) => layer))]
    const subjects = layers.map(layer => ({ layer, styles: stylesOf(layer) }))
    const body = sldOf(app, subjects, { version, baseUrl: app.baseUrl(request), language: request.language })
    request.served = asked.map(({ name }) => name).join()
    reply.header('vary', 'Accept-Language')
    if (reply.unchanged(strongEtag(body), `${audience(members)}no-cache`)) return reply
    return reply.type(SLD_TYPE).send(body)
  }

/** WMS 1.1.1 came with SLD 1.0.0, and 1.3.0 with 1.1.0. */
function readVersion(kvp: Kvp, version: WmsVersion): SldVersion {
  const value = kvp.get('sldver') || kvp.get('sld_version')
  if (!value) return version === '1.1.1' ? '1.0.0' : '1.1.0'
  const found = SLD_VERSIONS.find(known => known === value)
  if (!found) throw invalid('SLDVER', value, SLD_VERSIONS.join(', '))
  return found
}
