import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { type Collection, shownAtFirst } from '../../catalog/collection.ts'
import type { Layer } from '../../catalog/layer.ts'
import { DEFAULT, stylesOf } from '../../catalog/named-styles.ts'
import type { Service } from '../../catalog/service.ts'
import { isQueryable } from '../../features/queryable.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import { legendSizeOf } from '../wms/legend.ts'
import type { OfferedStyle } from '../wms/service.ts'
import { noService } from './problems.ts'
import type { Offering, WmtsService } from './service.ts'

/** The layer or map whose own service was asked; undefined: the service of all. */
const onlyOf = ({ params }: FastifyRequest): string | undefined => (params as { id?: string }).id

/**
 * What the service that was asked offers to the caller.
 * @throws WMTS_SERVICE_UNKNOWN for a service that there is not or that is hidden
 */
export function offeredTo(app: FastifyInstance, request: FastifyRequest): Service[] {
  const id = onlyOf(request)
  const mine = (layer: Layer) => mayRead(request.principal, layer)
  if (id === undefined) return app.services.list({ protocol: 'wmts' }, mine, of => app.usage.of(of), request.language)
  const service = app.services.find(`${id}.wmts`, mine)
  if (!service) throw noService({ id: id.slice(0, 60) })
  return [service]
}

type Place = Pick<WmtsService, 'site' | 'address' | 'signature'>

/** The addresses of the service that was asked, and the key that a client without headers needs in them. */
export function placeOf(app: FastifyInstance, request: FastifyRequest): Place {
  const id = onlyOf(request)
  const site = app.baseUrl(request)
  const { key } = request.query as { key?: unknown }
  return {
    site,
    address: id === undefined ? `${site}/wmts` : `${site}/services/${id}/wmts`,
    signature: typeof key === 'string' && key ? `key=${encodeURIComponent(key)}` : ''
  }
}

export function describeService(
  app: FastifyInstance,
  request: FastifyRequest,
  services: readonly Service[],
  place: Place
): WmtsService {
  const { title } = app.catalog.district
  const only = onlyOf(request) === undefined ? undefined : services[0]?.subject
  return {
    title: only?.title ?? { zh: `${title.zh}瓦片服务`, en: `Map tiles of ${title.en}` },
    description: only?.description ?? {
      zh: '各部门图层与专题图的图片瓦片与矢量瓦片，网格为 WebMercatorQuad、WorldCRS84Quad 与 CGCS2000Quad。',
      en: 'Raster and vector tiles of layers and themed maps in the grids WebMercatorQuad, WorldCRS84Quad and CGCS2000Quad.'
    },
    provider: title,
    ...place,
    themes: app.catalog.themes,
    offerings: services.map(service => offering(app, request, service))
  }
}

function offering(app: FastifyInstance, request: FastifyRequest, { subject, facts }: Service): Offering {
  const { id, kind, title, description } = subject
  const collection = shownAtFirst(app.collection(request, id))
  const { members } = collection
  const themes = app.catalog.themes.filter(theme => facts.themes.includes(theme.id))
  return {
    id,
    kind,
    title,
    description,
    theme: kind === 'layer' ? facts.theme : null,
    keywords: [...themes, ...facts.departments].map(named => named.title),
    revision: facts.revision,
    isOpen: facts.sharing === 'open',
    members,
    bounds: boundsOf({ members, extent: app.catalog.district.extent }),
    queryable: members.some(({ layer }) => isQueryable(layer)),
    styles: stylesOffered(app, request, kind, collection)
  }
}

/** The styles of a layer; of a map its own. */
function stylesOffered(
  app: FastifyInstance,
  { language }: FastifyRequest,
  kind: 'layer' | 'map',
  collection: Collection
): OfferedStyle[] {
  const [first] = collection.members
  const styles = kind === 'layer' && first ? stylesOf(first.layer) : [MAP_STYLE]
  return styles.map(({ id, title }) => {
    const style = kind === 'layer' ? { style: id } : {}
    return { id, title, legend: legendSizeOf(app, { shown: [{ collection, ...style }], language }) }
  })
}

const MAP_STYLE = { id: DEFAULT, title: { zh: '专题图样式', en: 'As the map shows it' } }
