import { type BuiltUse, fabricOf, type Parcel } from './fabric.ts'
import type { Plan } from './plan.ts'
import { random } from './random.ts'
import { parcelCode, squareMetres, villageCode } from './values.ts'

/** A parcel with what every layer that shows it must say alike. */
export interface Registered {
  parcel: Parcel
  use: BuiltUse
  face: number
  index: number
  code: string
  village: string
  /** Plane area, m², to two digits. */
  area: number
  /** Days before the data's day that it was registered. */
  age: number
  rightType: string
}

const RIGHT: Record<BuiltUse, readonly [land: string, withBuilding: string]> = {
  homestead: ['5', '6'],
  industry: ['7', '8'],
  urban: ['3', '4']
}

/** The parcels of the faces that are filled at this scale, face by face. */
export function* registeredParcels({ world, filled }: Plan, uses: readonly BuiltUse[]): Generator<Registered> {
  for (const use of uses)
    for (const face of filled[use]) {
      const village = villageCode(world, face)
      const { parcels } = fabricOf(world, face)
      for (const [index, parcel] of parcels.entries()) {
        const r = random(world.seed, 'register', face, index)
        const built = parcel.buildings.length > 0 && r() < 0.8
        yield {
          parcel,
          use,
          face,
          index,
          code: parcelCode(world, face, index),
          village,
          area: Math.round(squareMetres([parcel.ring]) * 100) / 100,
          age: 120 + Math.floor(r() * r() * 11_000),
          rightType: RIGHT[use][built ? 1 : 0]
        }
      }
    }
}
