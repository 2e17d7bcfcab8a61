import type { Text } from '../lib/errors.ts'
import type { Catalog } from './catalog.ts'
import type { Layer } from './layer.ts'
import { type Facts, factsOf, listSubjects, rankByTitle, type Subject } from './service-subjects.ts'
import type { UsageCount } from './usage.ts'

/** A way to be served: each joins the registry by one entry of the table in plugins/services.ts. */
export interface Protocol {
  id: string
  title: Text
  /** What its address answers. */
  type: string
  serves(subject: Subject): boolean
  /** The addresses of a layer or map, the one to hand to a client first. */
  urls(base: string, subject: Pick<Subject, 'id' | 'facts'>): Record<string, string>
}

/** A layer or map in one protocol, before it is written out for somebody. */
export interface Service {
  /** `<layer or map>.<protocol>` */
  id: string
  subject: Subject
  facts: Facts
  protocol: Protocol
}

export interface ServiceQuery {
  kind?: Subject['kind']
  theme?: string
  department?: string
  protocol?: string
  system?: string
  sharing?: Layer['sharing']
  division?: Layer['divisionLevel']
  /** Parts of id, title, theme or department in either language, or pinyin initials; all of them must be found. */
  q?: string
  sort?: SortKey
}

export const SORT_KEYS = ['title', 'updated', 'features', 'requests'] as const
/** With `-` in front: downwards. */
export type SortKey = (typeof SORT_KEYS)[number] | `-${(typeof SORT_KEYS)[number]}`

/** All services of one catalogue; what is costly is done once for each of its versions. */
export class ServiceRegistry {
  readonly #catalog: Catalog
  readonly #protocols: readonly Protocol[]
  #subjects: Subject[] = []
  #byId: ReadonlyMap<string, Subject> = new Map()
  #ranks: Partial<Record<keyof Text, ReadonlyMap<string, number>>> = {}
  #version = -1

  constructor(catalog: Catalog, protocols: readonly Protocol[]) {
    this.#catalog = catalog
    this.#protocols = protocols
    // Now rather than when the first one asks.
    this.#current()
  }

  get protocols(): readonly Protocol[] {
    return this.#protocols
  }

  /** What somebody may see, in the order of the catalogue unless the query sorts. */
  list(
    query: ServiceQuery,
    mayRead: (layer: Layer) => boolean,
    usage: (id: string) => UsageCount,
    language: keyof Text
  ): Service[] {
    const wanted = termsOf(query.q)
    const found = this.#current().flatMap(subject => {
      const facts = wanted.every(isFoundIn(subject)) ? this.#seen(subject, mayRead) : undefined
      if (!facts || !fits(subject, facts, query)) return []
      return this.#protocols
        .filter(({ id }) => !query.protocol || id === query.protocol)
        .filter(protocol => protocol.serves(subject))
        .map(protocol => ({ id: `${subject.id}.${protocol.id}`, subject, facts, protocol }))
    })
    return query.sort ? this.#sort(found, query.sort, usage, language) : found
  }

  /** One service by its id, `<layer or map>.<protocol>`; undefined where it is hidden, too. */
  find(id: string, mayRead: (layer: Layer) => boolean): Service | undefined {
    const [subjectId = '', protocolId] = id.split('.')
    this.#current()
    const subject = this.#byId.get(subjectId)
    const protocol = this.#protocols.find(known => known.id === protocolId)
    const facts = subject && this.#seen(subject, mayRead)
    if (!subject || !facts || !protocol?.serves(subject) || id !== `${subjectId}.${protocolId}`) return undefined
    return { id, subject, facts, protocol }
  }

  #current(): Subject[] {
    if (this.#version !== this.#catalog.version) {
      this.#version = this.#catalog.version
      this.#subjects = listSubjects(this.#catalog)
      this.#byId = new Map(this.#subjects.map(subject => [subject.id, subject]))
      this.#ranks = {}
    }
    return this.#subjects
  }

  #sort(services: Service[], key: SortKey, usage: (id: string) => UsageCount, language: keyof Text): Service[] {
    if (!key.endsWith('title')) return sorted(services, key, usage)
    this.#ranks[language] ??= rankByTitle(this.#subjects, language)
    const ranks = this.#ranks[language]
    return sorted(services, key, usage, ({ id }) => ranks.get(id) ?? 0)
  }

  /** A map is, for somebody, those of its layers that they may read; undefined where that is none. */
  #seen({ facts }: Subject, mayRead: (layer: Layer) => boolean): Facts | undefined {
    if (facts.layers.every(mayRead)) return facts
    const layers = facts.layers.filter(mayRead)
    return layers.length === 0 ? undefined : factsOf(this.#catalog, layers)
  }
}

const termsOf = (q = ''): string[] => q.toLowerCase().split(/\s+/).filter(Boolean)

const isFoundIn =
  ({ words, initials }: Subject) =>
  (term: string): boolean =>
    words.includes(term) || initials.some(reading => reading.includes(term))

const fits = ({ kind }: Subject, facts: Facts, query: ServiceQuery): boolean =>
  (!query.kind || query.kind === kind) &&
  (!query.theme || facts.themes.includes(query.theme)) &&
  (!query.department || facts.departments.some(({ id }) => id === query.department)) &&
  (!query.system || facts.systems.includes(query.system)) &&
  (!query.sharing || facts.sharing === query.sharing) &&
  (!query.division || facts.layers.some(layer => layer.divisionLevel === query.division))

function sorted(
  services: Service[],
  key: SortKey,
  usage: (id: string) => UsageCount,
  rank: (subject: Subject) => number = () => 0
): Service[] {
  const value: Record<(typeof SORT_KEYS)[number], (service: Service) => number> = {
    title: ({ subject }) => rank(subject),
    updated: ({ facts }) => (facts.updated ? Date.parse(facts.updated) : 0),
    features: ({ facts }) => facts.featureCount,
    requests: ({ id }) => usage(id).requests
  }
  const down = key.startsWith('-')
  const of = value[key.replace('-', '') as (typeof SORT_KEYS)[number]]
  return services
    .map(service => ({ service, value: of(service) }))
    .toSorted((a, b) => (down ? b.value - a.value : a.value - b.value))
    .map(({ service }) => service)
}
