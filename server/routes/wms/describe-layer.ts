import type { FastifyReply } from 'fastify'
import { strongEtag } from '../../lib/etag.ts'
import { element, printXml, type XmlElement } from '../../lib/xml.ts'
import { audience } from '../../tiles/tileset.ts'
import { type AskedLayer, findLayers } from './find-layers.ts'
import type { OperationMaker } from './operation.ts'
import { versionOf } from './versions.ts'

/**
 * Answers DescribeLayer (OGC 05-078r4 §11; OGC 02-070 §C): the layers that each named layer or map is made of. No WFS
 * has them: there is no address of one.
 */
export const describeLayerReply: OperationMaker =
  app =>
  async (request, reply, kvp): Promise<FastifyReply> => {
    const version = versionOf(kvp)
    const layers = findLayers(app, request, new Map([...kvp].filter(([name]) => name !== 'styles')))
    const body = version === '1.1.1' ? describe111(layers) : describe130(layers)
    request.served = layers.map(({ name }) => name).join()
    const kept = `${audience(layers.flatMap(({ shown }) => shown.collection.members))}no-cache`
    if (reply.unchanged(strongEtag(body), kept)) return reply
    return reply.type('text/xml; charset=utf-8').send(body)
  }

const idsOf = ({ shown }: AskedLayer): string[] => shown.collection.members.map(({ layer }) => layer.id)

const DOCTYPE =
  '<!DOCTYPE WMS_DescribeLayerResponse SYSTEM "http://schemas.opengis.net/wms/1.1.1/WMS_DescribeLayerResponse.dtd">'

function describe111(layers: readonly AskedLayer[]): string {
  const described = layers.map(asked =>
    element('LayerDescription', { name: asked.name }, ...idsOf(asked).map(typeName => element('Query', { typeName })))
  )
  const document = printXml(element('WMS_DescribeLayerResponse', { version: '1.1.1' }, ...described))
  return document.replace('?>\n', `?>\n${DOCTYPE}\n`)
}

const describe130 = (layers: readonly AskedLayer[]): string =>
  printXml(
    element(
      'DescribeLayerResponse',
      {
        xmlns: 'http://www.opengis.net/sld',
        'xmlns:se': 'http://www.opengis.net/se',
        'xmlns:xlink': 'http://www.w3.org/1999/xlink',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation': 'http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/DescribeLayer.xsd'
      },
      element('Version', {}, '1.1.0'),
      ...layers.map(description130)
    )
  )

const description130 = (asked: AskedLayer): XmlElement =>
  element(
    'LayerDescription',
    {},
    element('owsType', {}, 'wfs'),
    element('se:OnlineResource', { 'xlink:type': 'simple', 'xlink:href': '' }),
    ...idsOf(asked).map(id => element('TypeName', {}, element('se:FeatureTypeName', {}, id)))
  )
