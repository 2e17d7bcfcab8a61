import type { Language, Text } from '../../lib/errors.ts'
import { element, type XmlElement } from '../../lib/xml.ts'
import type { Offering, WmtsService } from './service.ts'

const MAPS = { id: 'maps', title: { zh: '专题图', en: 'Themed maps' } }

/** The themes that something is offered of, each with its layers; and the maps. */
export function themes({ themes: all, offerings }: WmtsService, language: Language): XmlElement {
  const named = all.map(theme => ({ ...theme, offerings: offerings.filter(({ theme: id }) => id === theme.id) }))
  const maps = { ...MAPS, offerings: offerings.filter(({ kind }) => kind === 'map') }
  const used = [...named, maps].filter(theme => theme.offerings.length > 0)
  return element('Themes', {}, ...used.map(theme => write(theme, language)))
}

function write(theme: { id: string; title: Text; offerings: Offering[] }, language: Language): XmlElement {
  return element(
    'Theme',
    {},
    element('ows:Title', {}, theme.title[language]),
    element('ows:Identifier', {}, theme.id),
    ...theme.offerings.map(({ id }) => element('LayerRef', {}, id))
  )
}
