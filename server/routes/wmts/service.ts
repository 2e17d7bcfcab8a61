import type { Collection } from '../../catalog/collection.ts'
import type { Theme } from '../../catalog/shared.ts'
import type { Text } from '../../lib/errors.ts'
import type { OfferedStyle } from '../wms/service.ts'

/** A layer or map as it is offered to somebody. */
export interface Offering {
  id: string
  kind: 'layer' | 'map'
  title: Text
  description: Text | null
  /** Of a map null. */
  theme: string | null
  keywords: readonly Text[]
  /** Grows with each publication. */
  revision: number
  /** Anybody may use it. */
  isOpen: boolean
  /** What its tiles are made of. */
  members: Collection['members']
  /** west, south, east, north in degrees */
  bounds: readonly number[]
  /** Answers GetFeatureInfo. */
  queryable: boolean
  /** The default first. */
  styles: readonly OfferedStyle[]
}

/** One WMTS: that of all layers, or that of one. */
export interface WmtsService {
  title: Text
  description: Text
  provider: Text
  /** The server's own address, without a slash at its end. */
  site: string
  /** The service's address, without a slash at its end. */
  address: string
  /** For a client that signs by its URL: `key=…`, to be in every address; else empty. */
  signature: string
  themes: readonly Theme[]
  offerings: readonly Offering[]
}

/** An address of the service, signed. */
export const signed = (address: string, { signature }: WmtsService): string =>
  signature ? `${address}?${signature}` : address
