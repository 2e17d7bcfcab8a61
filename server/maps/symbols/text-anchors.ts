import type { DecodedLayer } from '../render/decoded-tile.ts'
import type { Evaluated, PerFeature } from '../render/evaluate.ts'

/** Where a text stands towards its point: which part of it lies there, and how far it is moved, in ems. */
export interface TextAnchor {
  anchor: string
  offset: readonly [number, number]
}

/** Texts above and below a point are moved so much nearer: lines have room around them, in ems (MapLibre's 7 of 24). */
const ROOM = 7 / 24

/** The anchors that are tried for a feature's text, the best first. */
export function textAnchors(evaluated: Evaluated, layer: DecodedLayer): PerFeature<readonly TextAnchor[]> {
  const of = <T>(name: string) => evaluated.of<T>(name, layer)
  if (evaluated.has('text-variable-anchor-offset')) {
    const pairs = of<{ values: (string | [number, number])[] } | null>('text-variable-anchor-offset')
    return feature => pairsOf(pairs(feature)?.values ?? [])
  }
  const radial = of<number>('text-radial-offset')
  const offset = of<[number, number]>('text-offset')
  if (evaluated.has('text-variable-anchor')) {
    const anchors = evaluated.value<string[]>('text-variable-anchor')
    const isRadial = evaluated.has('text-radial-offset')
    return feature =>
      anchors.map(anchor => ({
        anchor,
        offset: isRadial ? radially(anchor, radial(feature)) : outward(anchor, offset(feature))
      }))
  }
  const anchor = of<string>('text-anchor')
  return feature => {
    const distance = radial(feature)
    const name = anchor(feature)
    return [{ anchor: name, offset: distance ? radially(name, distance) : offset(feature) }]
  }
}

function pairsOf(values: readonly (string | [number, number])[]): TextAnchor[] {
  const anchors: TextAnchor[] = []
  for (let i = 0; i + 1 < values.length; i += 2) {
    const anchor = String(values[i])
    const [x, y] = values[i + 1] as [number, number]
    anchors.push({ anchor, offset: [x, y - ROOM * downOf(anchor)] })
  }
  return anchors
}

/** 1: the text stands to the right of its point; -1: to the left. */
const rightOf = (anchor: string) => (anchor.endsWith('left') ? 1 : anchor.endsWith('right') ? -1 : 0)
/** 1: below; -1: above. */
const downOf = (anchor: string) => (anchor.startsWith('top') ? 1 : anchor.startsWith('bottom') ? -1 : 0)

/** Away from the point by a distance, straight or slanting. */
function radially(anchor: string, given: number): [number, number] {
  const [right, down] = [rightOf(anchor), downOf(anchor)]
  const distance = Math.max(0, given) / (right !== 0 && down !== 0 ? Math.SQRT2 : 1)
  return [right * distance, down * (distance - ROOM)]
}

/** Away from the point by an offset of which the sign does not count. */
function outward(anchor: string, [x, y]: readonly [number, number]): [number, number] {
  return [rightOf(anchor) * Math.abs(x), downOf(anchor) * (Math.abs(y) - ROOM)]
}
