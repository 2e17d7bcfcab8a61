import { VectorTile } from '@mapbox/vector-tile'
import { VectorTile as StrictTile } from 'mapbox-vector-tile'
import { PbfReader } from 'pbf'
import { signedArea } from './tile-shapes.ts'

/** Beyond the side of a tile nothing may lie farther than this, in units. */
const BUFFER = 64

/**
 * What is wrong with a tile by MVT 2.1: two readers must agree on what is in it, polygons be wound right, and nothing
 * be flat, repeated or beyond the buffer. Empty: nothing is.
 */
export function tileFaults(mvt: Uint8Array): string[] {
  const tile = new VectorTile(new PbfReader(mvt))
  const strict = new StrictTile(mvt)
  const faults: string[] = []
  for (const [name, layer] of Object.entries(tile.layers)) {
    const other = strict.layers[name]
    if (layer.version !== 2) faults.push(`${name}: version ${layer.version}`)
    if (layer.length === 0) faults.push(`${name} is empty`)
    if (other?.length !== layer.length) faults.push(`${name}: ${layer.length} and ${other?.length} features`)
    for (let i = 0; i < layer.length; i++) {
      const feature = layer.feature(i)
      const theirs = JSON.stringify(other?.feature(i).loadGeometry())
      const parts = feature.loadGeometry()
      if (theirs !== JSON.stringify(parts)) faults.push(`${name}/${feature.id}: the readers differ`)
      if (parts.length === 0) faults.push(`${name}/${feature.id} has no geometry`)
      const [low, high] = [-BUFFER - 1, layer.extent + BUFFER + 1]
      if (parts.flat().some(({ x, y }) => Math.min(x, y) < low || Math.max(x, y) > high))
        faults.push(`${name}/${feature.id} lies beyond the buffer`)
      if (feature.type === 3)
        faults.push(...windingFaults(parts.map(signedArea)).map(fault => `${name}/${feature.id} ${fault}`))
    }
  }
  return faults
}

/** The first ring is an outer one, which is positive; a negative one is a hole in the outer one before it. */
function windingFaults(areas: number[]): string[] {
  if (areas.some(area => area === 0)) return ['has a flat ring']
  return areas.length > 0 && areas[0]! < 0 ? ['begins with a hole'] : []
}
