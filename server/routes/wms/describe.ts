import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { type Collection, shownAtFirst } from '../../catalog/collection.ts'
import type { Layer } from '../../catalog/layer.ts'
import { stylesOf } from '../../catalog/named-styles.ts'
import type { Service } from '../../catalog/service.ts'
import { isQueryable } from '../../features/queryable.ts'
import type { Language, Text } from '../../lib/errors.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import { MAP_STYLE, onlyOf, ownService } from './find-layers.ts'
import { legendSizeOf } from './legend.ts'
import { scalesOf } from './scales.ts'
import type { Branch, Offering, WmsService } from './service.ts'

/** What the service that was asked offers: in a map's own service its layers, too, those that are switched off at first with them. */
export function offeredTo(app: FastifyInstance, request: FastifyRequest): Service[] {
  const mine = (layer: Layer) => mayRead(request.principal, layer)
  const only = ownService(app, request)
  if (!only) return app.services.list({ protocol: 'wms' }, mine, id => app.usage.of(id), request.language)
  if (only.subject.kind === 'layer') return [only]
  return [only, ...only.facts.layers.flatMap(({ id }) => app.services.find(`${id}.wms`, mine) ?? [])]
}

type Place = Pick<WmsService, 'site' | 'address' | 'signature'>

/** The addresses of the service that was asked, and the key that a client without headers needs in them. */
export function placeOf(app: FastifyInstance, request: FastifyRequest): Place {
  const id = onlyOf(request)
  const site = app.baseUrl(request)
  const { key } = request.query as { key?: unknown }
  return {
    site,
    address: id === undefined ? `${site}/wms` : `${site}/services/${id}/wms`,
    signature: typeof key === 'string' && key ? `key=${encodeURIComponent(key)}` : ''
  }
}

const MAPS: Text = { zh: '专题图', en: 'Themed maps' }

/** @param services what `offeredTo` found */
export async function describeService(
  app: FastifyInstance,
  request: FastifyRequest,
  services: readonly Service[],
  place: Place
): Promise<WmsService> {
  const { title, contact } = app.catalog.district
  const only = onlyOf(request) === undefined ? undefined : services[0]
  const branches: Branch[] = []
  for (const service of services) branches.push(branch(await offering(app, request, service)))
  return {
    title: only?.subject.title ?? { zh: `${title.zh}地图服务`, en: `Maps of ${title.en}` },
    description: only?.subject.description ?? {
      zh: `${title.zh}各部门图层与专题图。`,
      en: `Layers of the departments of ${title.en}, and themed maps.`
    },
    keywords: only ? keywordsOf(app, only) : [title, ...app.catalog.themes.map(theme => theme.title)],
    provider: title,
    contact,
    ...place,
    branches: only ? ownBranches(branches) : byTheme(app, services, branches)
  }
}

const branch = (offering: Offering, branches: readonly Branch[] = []): Branch => ({
  title: offering.title,
  offering,
  branches
})

/** The one layer, or the map that holds its layers. */
function ownBranches([first, ...others]: readonly Branch[]): Branch[] {
  return first ? [{ ...first, branches: others }] : []
}

/** A branch for each theme, and one for the maps: a map's layers are not repeated there, as each has one name. */
function byTheme(app: FastifyInstance, services: readonly Service[], branches: readonly Branch[]): Branch[] {
  const ofTheme = (id: string | null) =>
    branches.filter((_, i) => (services[i]!.subject.kind === 'map' ? null : services[i]!.facts.theme) === id)
  return [
    ...app.catalog.themes.map(({ id, title }) => ({ title, offering: null, branches: ofTheme(id) })),
    { title: MAPS, offering: null, branches: ofTheme(null) }
  ].filter(({ branches }) => branches.length > 0)
}

function keywordsOf(app: FastifyInstance, { facts }: Service): Text[] {
  const themes = app.catalog.themes.filter(theme => facts.themes.includes(theme.id))
  return [...themes, ...facts.departments].map(named => named.title)
}

async function offering(app: FastifyInstance, request: FastifyRequest, service: Service): Promise<Offering> {
  const { id, kind, title, description } = service.subject
  const { facts } = service
  const collection = shownAtFirst(app.collection(request, id))
  const { members } = collection
  const layers = members.map(({ layer }) => layer)
  const known = kind === 'layer' ? await app.dimensions.of(members[0]!) : []
  return {
    id,
    kind,
    title,
    description,
    keywords: keywordsOf(app, service),
    attribution: facts.departments.map(named => named.title),
    revision: facts.revision,
    isOpen: facts.sharing === 'open',
    queryable: layers.some(isQueryable),
    bounds: widened(boundsOf({ members, extent: app.catalog.district.extent })),
    scales: scalesOf(layers),
    dimensions: known.map(({ dimension }) => dimension),
    styles: stylesIn(app, service.subject, collection, request.language)
  }
}

/** The styles of a layer; a map has one, which its layers have beside their own. */
function stylesIn(app: FastifyInstance, { kind }: Service['subject'], collection: Collection, language: Language) {
  const legend = (style?: string) =>
    legendSizeOf(app, { shown: [{ collection, ...(style !== undefined && { style }) }], language })
  if (kind === 'map') return [{ ...AS_IN_MAP, legend: legend() }]
  return stylesOf(collection.members[0]!.layer).map(({ id, title }) => ({ id, title, legend: legend(id) }))
}

const AS_IN_MAP = { id: MAP_STYLE, title: { zh: '专题图样式', en: 'As the map shows it' } }

/** About ten metres: what a box is widened by that has no width. */
const TRIFLE = 1e-4

/** A box with an inside, in the world: of a single point, too. */
function widened([west, south, east, north]: readonly [number, number, number, number]): Offering['bounds'] {
  const wide = (low: number, high: number, limit: number): [number, number] => {
    const by = high - low < TRIFLE ? TRIFLE : 0
    return [Math.max(low - by, -limit), Math.min(high + by, limit)]
  }
  const [minx, maxx] = wide(west, east, 180)
  const [miny, maxy] = wide(south, north, 90)
  return [minx, miny, maxx, maxy]
}
