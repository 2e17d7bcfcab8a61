import type { District } from '../../catalog/shared.ts'
import type { Text } from '../../lib/errors.ts'

/** One way to draw a layer. */
export interface OfferedStyle {
  id: string
  title: Text
  /** How large its legend is; null: it has none. */
  legend: { width: number; height: number } | null
}

/** An axis beside those of space along which a layer has different states (OGC 06-042 annex C). */
export interface Dimension {
  name: 'time' | 'elevation'
  units: string
  unitSymbol?: string
  /** What is taken where a request names no value. */
  usual: string
  /** A request may name several values, or intervals of them. */
  several: boolean
  /** A value that there is not stands for the one that is nearest to it. */
  nearest: boolean
  /** `current` is a value. */
  current: boolean
  /** The values as capabilities print them. */
  extent: string
}

/** A layer or map as it is offered to somebody. */
export interface Offering {
  id: string
  kind: 'layer' | 'map'
  title: Text
  description: Text | null
  keywords: readonly Text[]
  /** Whom its data come from. */
  attribution: readonly Text[]
  /** Grows with each publication. */
  revision: number
  /** Anybody may use it. */
  isOpen: boolean
  queryable: boolean
  /** west, south, east, north in degrees; never empty */
  bounds: readonly [number, number, number, number]
  /** Between which scale denominators it is drawn; null: no end. */
  scales: { min: number | null; max: number | null }
  dimensions: readonly Dimension[]
  styles: readonly OfferedStyle[]
}

/** A layer in the tree that capabilities list; without an offering it only holds others together. */
export interface Branch {
  title: Text
  offering: Offering | null
  branches: readonly Branch[]
}

/** One WMS: that of all layers, or that of one layer or map. */
export interface WmsService {
  title: Text
  description: Text
  keywords: readonly Text[]
  provider: Text
  contact: District['contact']
  /** The server's own address, without a slash at its end. */
  site: string
  /** The service's address, without a slash at its end. */
  address: string
  /** For a client that signs by its URL: `key=…`, to be in every address; else empty. */
  signature: string
  branches: readonly Branch[]
}

/** Every layer and map of some branches, each as often as it stands there. */
export const offeringsOf = (branches: readonly Branch[]): Offering[] =>
  branches.flatMap(({ offering, branches }) => [...(offering ? [offering] : []), ...offeringsOf(branches)])

/** An address of the server with parameters, and signed. */
export function signed(address: string, query: string, { signature }: Pick<WmsService, 'signature'>): string {
  const whole = [query, signature].filter(part => part !== '').join('&')
  return whole === '' ? address : `${address}?${whole}`
}
