import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import type { Layer } from '../catalog/layer.ts'
import { DEFAULT, findStyle, type NamedStyle, stylesOf } from '../catalog/named-styles.ts'
import { styleChanged, styleNotFound } from '../catalog/style-problems.ts'
import { matchesEtag, strongEtag } from '../lib/etag.ts'

export const StylePlace = Type.Object({
  id: Type.String({ maxLength: 64, description: 'A layer' }),
  name: Type.String({
    pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
    maxLength: 40,
    description: `A style; default: the one that is drawn unless another is asked for; original: the one that the layer
came with`
  })
})

/** @throws STYLE_NOT_FOUND */
export function styleOf(layer: Layer, name: string): NamedStyle {
  const style = findStyle(layer, name)
  const names = stylesOf(layer).map(({ id }) => id)
  if (!style) throw styleNotFound({ layer: layer.id, name, names: names.join(', ') })
  return style
}

/** A style of a layer, what it draws apart. */
export function describeStyle(layer: Pick<Layer, 'id'>, { id, title, isDefault, version, record }: NamedStyle) {
  const self = `/api/layers/${layer.id}/styles/${id}`
  return {
    layer: layer.id,
    id,
    title,
    default: isDefault,
    version,
    ...(record && {
      source: record.source,
      revision: record.revision,
      updatedAt: record.updatedAt,
      notes: record.notes
    }),
    links: {
      self,
      sld: `${self}.sld`,
      preview: `${self}.png`,
      style: `/styles/${layer.id}.json${id === DEFAULT ? '' : `?style=${id}`}`
    }
  }
}

/** Differs with everything that is told of a style. */
export const styleEtag = (layer: Pick<Layer, 'id'>, style: NamedStyle): string =>
  strongEtag(layer.id, style.id, style.version, JSON.stringify([style.title, style.isDefault, style.record ?? null]))

/**
 * What `If-Match` and `If-None-Match` (RFC 9110 §13.1) ask of the style as it stands.
 * @throws STYLE_CHANGED
 */
export function checkPrecondition(headers: IncomingHttpHeaders, layer: Pick<Layer, 'id'>, name: string) {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  return (before: NamedStyle | undefined): void => {
    const etag = before && styleEtag(layer, before)
    const isOther = ifMatch !== undefined && !(etag && matchesEtag(ifMatch, etag))
    const isThere = ifNoneMatch !== undefined && etag !== undefined && matchesEtag(ifNoneMatch, etag)
    if (isOther || isThere) throw styleChanged({ name })
  }
}
