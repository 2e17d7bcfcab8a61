import type { Metres } from './ground.ts'

/** Golden vectors (reference: land-check §4.1). Rings are easting northing of EPSG:4547; m². */
interface Vector {
  name: string
  ring: Metres
  planar: number
  /** By the official formula. */
  ellipsoid: number
}

/** As the reference writes it: northing, easting. */
const northEast = (...points: [number, number][]): Metres => points.map(([north, east]) => [east, north])

export const GOLDEN: Vector[] = [
  {
    name: '10 × 8 m',
    ring: northEast(
      [2550358.457, 407761.089],
      [2550368.457, 407761.089],
      [2550368.457, 407769.089],
      [2550358.457, 407769.089]
    ),
    planar: 80,
    ellipsoid: 79.9832
  },
  {
    name: '12 × 10 m',
    ring: northEast(
      [2550358.457, 407761.089],
      [2550370.457, 407761.089],
      [2550370.457, 407771.089],
      [2550358.457, 407771.089]
    ),
    planar: 120,
    ellipsoid: 119.9748
  },
  {
    name: '12 × 10 m, turned',
    ring: northEast(
      [2550358.457, 407761.089],
      [2550369.933, 407764.597],
      [2550367.009, 407774.161],
      [2550355.533, 407770.652]
    ),
    planar: 120.00958,
    ellipsoid: 119.9845
  },
  {
    name: '15 × 10 m, turned',
    ring: northEast(
      [2550358.457, 407761.089],
      [2550371.447, 407768.589],
      [2550366.447, 407777.249],
      [2550353.457, 407769.749]
    ),
    planar: 149.9934,
    ellipsoid: 149.9618
  },
  {
    name: '1 ha',
    ring: northEast(
      [2550358.457, 407761.089],
      [2550454.087, 407790.326],
      [2550424.85, 407885.957],
      [2550329.22, 407856.719]
    ),
    planar: 9999.961503,
    ellipsoid: 9997.862
  },
  {
    name: '1 km²',
    ring: northEast(
      [2550358.457, 407761.089],
      [2551314.762, 408053.461],
      [2551022.39, 409009.765],
      [2550066.085, 408717.394]
    ),
    planar: 1000000.01507,
    ellipsoid: 999792.7586
  }
]
