import { type DecodedLayer, POLYGON } from './decoded-tile.ts'

/** Where areas are cut off beyond the tile: minx, miny, maxx, maxy; infinite where they are not. */
type Sides = readonly [number, number, number, number]

const known = new WeakMap<DecodedLayer, Sides>()

/** Areas that end nearer to the tile than this, in units of 4096, are not cut off there. */
const NEAREST = 16

/** The sides along which a feature may be cut off; null: it lies within them all. */
export function cutSides(layer: DecodedLayer, feature: number): Sides | null {
  const sides = known.get(layer) ?? sidesOf(layer)
  known.set(layer, sides)
  const at = 4 * feature
  const { box } = layer
  const reaches =
    box[at]! <= sides[0] || box[at + 1]! <= sides[1] || box[at + 2]! >= sides[2] || box[at + 3]! >= sides[3]
  return reaches ? sides : null
}

/** Whatever cut the areas cut all of them in the same places: as far as any of them reaches. */
function sidesOf({ box, type, extent, count }: DecodedLayer): Sides {
  let [minX, minY, maxX, maxY] = [0, 0, extent, extent]
  for (let i = 0; i < count; i++) {
    if (type[i] !== POLYGON) continue
    minX = Math.min(minX, box[4 * i]!)
    minY = Math.min(minY, box[4 * i + 1]!)
    maxX = Math.max(maxX, box[4 * i + 2]!)
    maxY = Math.max(maxY, box[4 * i + 3]!)
  }
  const near = (NEAREST * extent) / 4096
  return [
    minX < -near ? minX : Number.NEGATIVE_INFINITY,
    minY < -near ? minY : Number.NEGATIVE_INFINITY,
    maxX > extent + near ? maxX : Number.POSITIVE_INFINITY,
    maxY > extent + near ? maxY : Number.POSITIVE_INFINITY
  ]
}

/** Whether the stretch from a vertex of a ring to the next lies along a side; `from` and `to` are the ring's ends. */
export function isCutStretch({ xy }: DecodedLayer, sides: Sides, from: number, to: number, vertex: number): boolean {
  const a = 2 * (from + vertex)
  const b = from + vertex + 1 < to ? a + 2 : 2 * from
  const [x, y] = [xy[a]!, xy[a + 1]!]
  if (x === xy[b]!) return x === sides[0] || x === sides[2]
  return y === xy[b + 1]! && (y === sides[1] || y === sides[3])
}
