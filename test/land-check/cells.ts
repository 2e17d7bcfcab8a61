import fc from 'fast-check'
import type { Database } from '../../server/lib/sql.ts'
import { LAYERS, lay, type Metres, type Zone } from './ground.ts'

/**
 * A thousand small grounds side by side, each with a parcel: one publication and a few statements check them all.
 * Coordinates are whole numbers of the 0.1 mm grid, from the middle of a cell.
 */

export type Point = [number, number]
export type GridRing = Point[]

export interface CellZone {
  layer: string
  ring: GridRing
}

export interface Cell {
  /** Convex, counter-clockwise. */
  parcel: GridRing
  zones: CellZone[]
}

/** 13 mm: a half of it, and a turn by an angle of a right triangle whose longest side is 65, are on the grid again. */
const LATTICE = 130
const onLattice = (x: number) => Math.round(x / LATTICE) * LATTICE
const METRE = 1e4

const coordinate = (metres: number) => fc.integer({ min: -metres * METRE, max: metres * METRE }).map(onLattice)

/** Corners on a circle, in order: convex, with no corner near the line of its neighbours. */
const convex = (o: { place: number; radius: [number, number] }): fc.Arbitrary<GridRing> =>
  fc.integer({ min: 3, max: 7 }).chain(corners =>
    fc
      .record({
        x: coordinate(o.place),
        y: coordinate(o.place),
        radius: fc.integer({ min: o.radius[0] * METRE, max: o.radius[1] * METRE }),
        turn: fc.double({ min: 0, max: 1, noNaN: true }),
        shifts: fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: corners, maxLength: corners })
      })
      .map(({ x, y, radius, turn, shifts }) =>
        shifts.map((shift, i): Point => {
          const angle = (2 * Math.PI * (i + shift + turn)) / corners
          return [x + onLattice(radius * Math.cos(angle)), y + onLattice(radius * Math.sin(angle))]
        })
      )
  )

const zones = (layer: string, minLength: number, maxLength: number, radius: [number, number]) =>
  fc
    .array(convex({ place: 18, radius }), { minLength, maxLength })
    .map(rings => rings.map((ring): CellZone => ({ layer, ring })))

/** A zone that shares the parcel's first edge and lies beyond it. */
function neighbour([a, b]: GridRing): GridRing {
  const out: Point = [onLattice(b![1] - a![1]), onLattice(a![0] - b![0])]
  return [a!, [a![0] + out[0], a![1] + out[1]], [b![0] + out[0], b![1] + out[1]], b!]
}

export const cell: fc.Arbitrary<Cell> = fc
  .record({
    parcel: convex({ place: 5, radius: [4, 15] }),
    forbidden: zones('forbidden', 0, 2, [2, 12]),
    restricted: zones('restricted', 0, 2, [2, 15]),
    buildable: zones('buildable', 1, 3, [15, 35]),
    farmland: zones('farmland', 0, 1, [2, 8]),
    disputed: zones('disputed', 0, 1, [2, 8]),
    shares: fc.constantFrom(null, null, 'forbidden', 'restricted', 'buildable')
  })
  .map(({ parcel, shares, ...layers }) => ({
    parcel,
    zones: [...Object.values(layers).flat(), ...(shares ? [{ layer: shares, ring: neighbour(parcel) }] : [])]
  }))

const PITCH_M = 300
const COLUMNS = 32
/** South-west corner of the first region, metres; all regions lie in the district of the demonstration rule set. */
const CORNER: Point = [381_000, 2_524_000]
const REGION_M = PITCH_M * COLUMNS

/** Where a cell's middle lies in a region; regions are whole metres apart. */
export function middleOf(region: number, index: number): Point {
  const east = CORNER[0] + (region % 3) * REGION_M + (index % COLUMNS) * PITCH_M + PITCH_M / 2
  const north = CORNER[1] + Math.floor(region / 3) * REGION_M + Math.floor(index / COLUMNS) * PITCH_M + PITCH_M / 2
  return [east * METRE, north * METRE]
}

/** A ring of a cell where it lies in a region, metres. */
export const placed = (ring: GridRing, [x, y]: Point): Metres =>
  ring.map(([dx, dy]) => [(x + dx) / METRE, (y + dy) / METRE])

/** What a region does to the ground of every cell. */
export type Change = (zones: CellZone[], cell: Cell) => CellZone[]

/** Publishes the cells once for each change, in a region of its own. */
export async function layCells(db: Database, cells: Cell[], changes: Change[]): Promise<void> {
  const layers = new Map<string, Zone[]>(LAYERS.map(({ id }) => [id, []]))
  changes.forEach((change, region) => {
    cells.forEach((cell, index) => {
      change(cell.zones, cell).forEach(({ layer, ring }, k) => {
        layers.get(layer)!.push({ id: `${region}-${index}-${k}`, rings: [placed(ring, middleOf(region, index))] })
      })
    })
  })
  for (const [layer, zones] of layers) {
    await lay(
      db,
      layer,
      zones.length > 0
        ? zones
        : [
            {
              id: 'far',
              rings: [
                placed(
                  [
                    [0, 0],
                    [9e4, 0],
                    [0, 9e4]
                  ],
                  middleOf(8, 1023)
                )
              ]
            }
          ]
    )
  }
}

export const mapRings =
  (change: (point: Point) => Point): Change =>
  zones =>
    zones.map(({ layer, ring }) => ({ layer, ring: ring.map(change) }))
