import { createHash } from 'node:crypto'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { Collection, CollectionMember } from '../catalog/collection.ts'
import { findStyle } from '../catalog/named-styles.ts'
import { inGrey } from '../catalog/tone.ts'
import { iconSheet } from '../maps/icon-sheet.ts'
import { describeLegend, type LegendEntry } from '../maps/legend/describe-legend.ts'
import { type DrawnLegend, drawLegend } from '../maps/legend/draw-legend.ts'
import type { LegendAsk, LegendPicture } from '../maps/legend/legend-ask.ts'
import type { LegendPart } from '../maps/legend/legend-json.ts'
import { legendSize, type SwatchSize } from '../maps/legend/legend-layout.ts'

/** The legends of layers and maps, as things stand. */
export interface Legends {
  /** A part for each layer that is drawn, the topmost first. */
  describe(ask: LegendAsk): LegendPart[]
  /** All of it, one line after the other; several layers under headings with their titles. */
  lines(ask: LegendAsk): LegendEntry[]
  /** How large the picture becomes, in CSS pixels. */
  size(ask: LegendAsk, swatch?: SwatchSize): { width: number; height: number }
  /** Names the picture: for the ETag. */
  key(ask: LegendPicture): string
  draw(ask: LegendPicture): Promise<DrawnLegend>
}

declare module 'fastify' {
  interface FastifyInstance {
    legends: Legends
  }
}

/** Grows when legends come to be drawn otherwise. */
const DRAWING = 1
/** Bytes of pictures that are kept. */
const KEPT_BYTES = 16 * 1024 * 1024

/** `app.legends`: what the colours and signs of layers mean, for every protocol. */
export default fp(
  async app => {
    const described = new WeakMap<CollectionMember['layer'], Map<string, LegendEntry[]>>()
    const drawn = new LRUCache<string, Promise<DrawnLegend>, number>({ max: 2000 })
    let keptBytes = 0

    function entriesOf({ layer }: CollectionMember, { tone }: Collection, style: string | undefined, ask: LegendAsk) {
      const named = findStyle(layer, style)
      if (!named) return []
      const known = described.get(layer) ?? new Map<string, LegendEntry[]>()
      described.set(layer, known)
      const key = [named.version, tone, ask.language, ask.zoom].join(' ')
      const found = known.get(key)
      if (found) return found
      const items = tone === 'grey' ? named.style.map(inGrey) : named.style
      const { codeLists } = app.catalog
      const zoom = ask.zoom === undefined ? {} : { zoom: ask.zoom }
      const entries = describeLegend(layer, items, codeLists, ask.language, zoom)
      // Zooms may be any number: those of a layer that are kept must not be.
      if (known.size >= 40) known.clear()
      known.set(key, entries)
      return entries
    }

    const describe = (ask: LegendAsk): LegendPart[] =>
      ask.shown.toReversed().flatMap(({ collection, style }) =>
        collection.members.toReversed().flatMap(member => {
          const { id, title } = member.layer
          const entries = entriesOf(member, collection, style, ask)
          return entries.length > 0 ? [{ id, title: title[ask.language], ...(style && { style }), entries }] : []
        })
      )

    const lines = (ask: LegendAsk): LegendEntry[] => {
      const parts = describe(ask)
      return parts.length === 1 ? [...parts[0]!.entries] : parts.flatMap(headed)
    }

    const key = ({ type, pixelRatio = 1, background, swatch, ...ask }: LegendPicture): string =>
      createHash('sha256')
        .update(
          JSON.stringify([DRAWING, app.sprites.version, lines(ask), isGrey(ask), type, pixelRatio, background, swatch])
        )
        .digest('base64url')

    async function draw(ask: LegendPicture): Promise<DrawnLegend> {
      const name = key(ask)
      const known = drawn.get(name)
      if (known) return known
      const making = iconSheet(app.sprites, isGrey(ask), ask.pixelRatio ?? 1).then(sheet =>
        drawLegend(lines(ask), { ...ask, sheet })
      )
      drawn.set(name, making)
      making.then(
        ({ bytes }) => {
          keptBytes += bytes.length
          if (keptBytes <= KEPT_BYTES) return
          drawn.clear()
          keptBytes = 0
        },
        () => drawn.delete(name)
      )
      return making
    }

    app.decorate('legends', {
      describe,
      lines,
      size: (ask, swatch) => legendSize(lines(ask), swatch),
      key,
      draw
    })
  },
  { name: 'legends', dependencies: ['catalog', 'maps'] }
)

const isGrey = ({ shown }: LegendAsk): boolean => shown.every(({ collection }) => collection.tone === 'grey')

/** A layer's part under its own title, where it has more than a line with that. */
function headed({ title, entries: [first, ...rest] }: LegendPart): LegendEntry[] {
  if (!first) return []
  return rest.length === 0 ? [first] : [{ ...first, title: `${title} · ${first.title}` }, ...rest]
}
