import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type { Collection, CollectionMember } from '../catalog/collection.ts'
import { findStyle } from '../catalog/named-styles.ts'
import { type AskedLayer, featuresAt } from '../features/at-point.ts'
import { type DescribedFeature, describeFeature } from '../features/describe-feature.ts'
import type { InfoFormat } from '../features/info-formats.ts'
import { HTML_POLICY } from '../features/info-html.ts'
import { isQueryable } from '../features/queryable.ts'
import type { Language } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'
import type { Row } from '../lib/sql.ts'
import { reachOf } from '../maps/legend/mark-reach.ts'
import { marksOf } from '../maps/legend/marks.ts'
import type { PictureFrame } from '../maps/picture.ts'
import { pictureZoom } from '../maps/render/zoom.ts'
import type { ViewQuery } from '../tiles/parse-view.ts'
import { type LayerView, viewFilter } from '../tiles/view.ts'

interface Pointed {
  collection: Collection
  style?: string
  query?: ViewQuery
}

/** What somebody points at, of what they may see. */
export interface FeatureInfoAsk {
  /** From bottom to top. `style`: the id of a named style; default: the layer's own. */
  shown: readonly Pointed[]
  frame: PictureFrame
  /** A pixel of the finished picture, counted from its upper left corner, from 0. */
  pixel: readonly [x: number, y: number]
  /** The most features of each layer. */
  count: number
  /** Finished pixels beside a line or point that still count as on it; default: as far as it is drawn, and a little. */
  reach?: number
  language: Language
  signal?: AbortSignal
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * The features under a pixel as the database has them, those of the topmost layer first. Layers that the picture
     * does not show at its scale, and layers without rows, have none.
     * @throws what `parseView` throws
     */
    featureInfo(ask: FeatureInfoAsk): Promise<DescribedFeature[]>
  }
  interface FastifyReply {
    /** Answers with features in a format; a page of them may stand in pages of others, and does nothing there. */
    sendFeatureInfo(
      this: FastifyReply,
      features: readonly DescribedFeature[],
      format: InfoFormat,
      cacheControl: string
    ): FastifyReply
  }
}

/** Pictures 256 pixels wide show a layer one level above its first. */
const LEVELS_ABOVE = 1

/** `app.featureInfo`: what lies under a pixel of a map, for every protocol. */
export default fp(
  async app => {
    /** What to look for in a layer; undefined: the picture shows nothing of it. */
    function askedLayer(
      member: CollectionMember,
      view: LayerView,
      { collection, style }: Pointed,
      { frame, reach, language }: FeatureInfoAsk
    ): AskedLayer | undefined {
      const { layer } = member
      const zoom = pictureZoom(frame)
      if (Math.floor(zoom + 1e-6) < layer.zoom.min - LEVELS_ABOVE) return undefined
      const shown = [{ collection: { ...collection, members: [member] }, ...(style && { style }) }]
      const legend = app.legends.lines({ shown, language, zoom: quarter(zoom) })
      if (legend.length === 0) return undefined
      const items = findStyle(layer, style)?.style ?? layer.style
      const isSeen = (properties: Row) => marksOf(items, { zoom, properties }).length > 0
      return {
        layer,
        fields: view.fields,
        filter: viewFilter(view),
        asOfRevision: view.asOfRevision,
        ...(items.some(({ filter }) => filter !== undefined) && { isSeen }),
        reach: reach ?? reachOf(legend) * frame.pixelRatio
      }
    }

    /** From the topmost to the lowest. */
    async function askedLayers(ask: FeatureInfoAsk): Promise<AskedLayer[]> {
      const asked: AskedLayer[] = []
      for (const pointed of ask.shown) {
        const members = pointed.collection.members.filter(
          ({ layer, revision }) => isQueryable(layer) && revision > 0 && !app.catalog.isTableMissing(layer.id)
        )
        const layers = members.map(({ layer }) => layer)
        const views = layers.length > 0 ? await app.parseView(pointed.query ?? {}, layers) : []
        asked.push(...members.flatMap((member, i) => askedLayer(member, views[i]!, pointed, ask) ?? []))
      }
      return asked.reverse()
    }

    app.decorate('featureInfo', async ask => {
      const { frame, pixel, count, language, signal } = ask
      const { crs, box, width, height, pixelRatio } = frame
      const size = [(box[2] - box[0]) / (width * pixelRatio), (box[3] - box[1]) / (height * pixelRatio)] as const
      const spot = { crs, x: box[0] + (pixel[0] + 0.5) * size[0], y: box[3] - (pixel[1] + 0.5) * size[1], pixel: size }
      const [asked, divisions] = await Promise.all([askedLayers(ask), app.divisions()])
      const found = await featuresAt(app.db, asked, spot, count, signal)
      const names = new Map(divisions.map(({ code, name }) => [code, name]))
      const vocabulary = { codeLists: app.catalog.codeLists, divisions: names, language }
      return found.map(feature => describeFeature(feature, vocabulary))
    })

    app.decorateReply('sendFeatureInfo', function (this: FastifyReply, features, format, cacheControl) {
      const body = format.encode(features, this.request.language)
      this.header('vary', 'Accept-Language')
      if (this.unchanged(strongEtag(format.type, body), cacheControl)) return this
      if (format.contentType.startsWith('text/html')) {
        this.header('content-security-policy', HTML_POLICY).removeHeader('x-frame-options')
      }
      return this.type(format.contentType).send(body)
    })
  },
  { name: 'feature-info', dependencies: ['database', 'catalog', 'divisions', 'views', 'tiles', 'legends'] }
)

/** Legends are kept by zoom: of all zooms there are, a few. */
const quarter = (zoom: number): number => Math.floor(zoom * 4 + 1e-6) / 4
