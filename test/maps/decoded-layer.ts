import type { DecodedLayer, Value } from '../../server/maps/render/decoded-tile.ts'

/** A feature as tests write it. */
export interface Row {
  /** 1 point, 2 line, 3 polygon */
  type: 1 | 2 | 3
  id?: number
  /** x y in turns: the points, each line, each ring without its first vertex again. */
  parts: readonly (readonly number[])[]
  properties?: Record<string, Value>
}

/** An MVT layer as the renderer has it when it is decoded. */
export function decodedLayer(rows: readonly Row[], extent = 4096): DecodedLayer {
  const parts = rows.flatMap(row => row.parts)
  const keys = [...new Set(rows.flatMap(({ properties = {} }) => Object.keys(properties)))]
  const values = [...new Set(rows.flatMap(({ properties = {} }) => Object.values(properties)))]
  const tags = rows.map(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, value]) => [keys.indexOf(key), values.indexOf(value)])
  )
  const boxes = rows.map(({ parts }) => {
    const all = parts.flat()
    const [xs, ys] = [0, 1].map(axis => all.filter((_, i) => i % 2 === axis)) as [number[], number[]]
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  })
  return {
    name: 'test',
    extent,
    count: rows.length,
    type: Uint8Array.from(rows, ({ type }) => type),
    id: Float64Array.from(rows, ({ id }) => id ?? Number.NaN),
    partStart: ends(rows.map(row => row.parts.length)),
    vertexStart: ends(parts.map(part => part.length / 2)),
    xy: Float64Array.from(parts.flat()),
    box: Float64Array.from(boxes.flat()),
    keys,
    values,
    tagStart: ends(tags.map(one => one.length)),
    tags: Uint32Array.from(tags.flat()),
    columns: new Map(),
    size: 0
  }
}

/** 0, then the sums of the lengths. */
function ends(lengths: readonly number[]): Uint32Array {
  let sum = 0
  return Uint32Array.from([0, ...lengths.map(length => (sum += length))])
}
