import type { PictureType } from '../../maps/picture.ts'
import { noFormat } from './problems.ts'

/** Formats of maps by what `FORMAT` calls them; the first is every client's. */
export const MAP_FORMATS: readonly PictureType[] = ['image/png', 'image/png; mode=8bit', 'image/jpeg', 'image/webp']

/** Other names for the same. */
const ALIASES: ReadonlyMap<string, PictureType> = new Map([
  ['image/png8', 'image/png; mode=8bit'],
  ['image/jpg', 'image/jpeg']
])

/** The format a name stands for; undefined: there is no such format. */
export function findMapFormat(name: string): PictureType | undefined {
  const plain = name.toLowerCase().replaceAll(/\s/g, '')
  return MAP_FORMATS.find(format => format.replaceAll(' ', '') === plain) ?? ALIASES.get(plain)
}

/** @throws InvalidFormat */
export function readMapFormat(name: string): PictureType {
  const found = findMapFormat(name)
  if (!found) throw noFormat('FORMAT', name, MAP_FORMATS)
  return found
}
