import type { FastifyInstance } from 'fastify'
import type { Layer } from '../catalog/layer.ts'
import type { Language } from '../lib/errors.ts'
import { type StyledLayer, writeSld } from '../maps/sld/write-sld.ts'
import type { SldVersion } from '../maps/sld/writing.ts'

export const SLD_TYPE = 'application/vnd.ogc.sld+xml'

/** Styles of layers as one SLD; values of fields are called what their code lists call them. */
export function sldOf(
  app: FastifyInstance,
  subjects: readonly (StyledLayer & { layer: Layer })[],
  { version, baseUrl, language }: { version: SldVersion; baseUrl: string; language: Language }
): string {
  const { catalog } = app
  const options = { version, sprites: catalog.sprites, spritesUrl: `${baseUrl}/sprites` }
  const titlesOf = ({ fields }: Layer) => {
    const lists = new Map(fields.map(({ name, codelist }) => [name, codelist && catalog.codeLists.get(codelist)]))
    return (field: string, value: string | number) => {
      const list = lists.get(field)
      return (list || undefined)?.codes.find(({ code }) => code === String(value))?.title[language]
    }
  }
  const titled = subjects.map(subject => ({ ...subject, titleOf: titlesOf(subject.layer) }))
  return writeSld(titled, options, language)
}
