import type { Parcel } from './fabric.ts'
import { area } from './plane.ts'
import { hash } from './random.ts'
import type { World } from './world.ts'

/** The day all demonstration data is as of. */
const TODAY = Date.UTC(2026, 5, 30)
const DAY = 86_400_000

/** `YYYY-MM-DD`, so many days before 2026-06-30. */
export const daysBefore = (days: number): string => new Date(TODAY - Math.round(days) * DAY).toISOString().slice(0, 10)

/** ISO 8601 with Beijing's offset, so many (broken) days before the evening of 2026-06-30. */
export const momentBefore = (days: number): string =>
  `${new Date(TODAY + DAY - days * DAY).toISOString().slice(0, 19)}+08:00`

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))

export const MU = 10_000 / 15

export const squareMetres = (rings: readonly (readonly (readonly [number, number])[])[]): number =>
  rings.reduce((sum, ring, i) => (i === 0 ? area(ring) : sum - area(ring)), 0)

export const number = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** A pseudonym: says nothing about the person, and stays the same. */
export const pseudonym = (prefix: string, ...keys: (string | number)[]): string =>
  prefix +
  hash('pseudonym', ...keys)
    .toString(16)
    .padStart(8, '0')
    .toUpperCase()

/** The 12 digits of the village a face lies in. */
export const villageCode = (world: World, face: number): string => world.villages[world.villageOf[face]!]!.code

/** The village's name without 「社区」「村」, as place names and firms use it. */
export const shortName = (name: string): string => name.replace(/社区$/, '').replace(/(.)村$/, '$1')

const FEATURE = { homestead: 'JC', industry: 'JB', urban: 'GB' } as const

/**
 * 宗地代码 (GB/T 37346): 6 digits county, 3 + 3 cadastral district and sub-district (here town and village), two letters
 * for owner and right, 5 digits in sequence.
 */
export function parcelCode(world: World, face: number, index: number): string {
  const feature = FEATURE[world.use[face] as keyof typeof FEATURE]
  const sequence = world.placeOf[face]! * 900 + index + 1
  return `${villageCode(world, face)}${feature}${number(sequence, 5)}`
}

/** 不动产单元代码: the parcel's code, F for a building, 8 digits. */
export const unitCode = (parcel: string, building = 1): string => `${parcel}F${number(building, 8)}`

export const isBuiltOn = (parcel: Parcel): boolean => parcel.buildings.length > 0
