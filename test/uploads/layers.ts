import type { Field, Layer } from '../../server/catalog/layer.ts'

const text = (words: string) => ({ zh: words, en: words })

export const field = (name: string, type: Field['type'] = 'text', more: Partial<Field> = {}): Field => ({
  name,
  type,
  title: text(name),
  ...more
})

/** A layer as the catalogue would hold it, for tests. */
export function testLayer(id: string, more: Partial<Layer> = {}): Layer {
  return {
    id,
    theme: 'uploads',
    origin: 'file',
    style: [],
    title: text(id),
    department: 'natural-resources',
    geometry: 'MultiPolygon',
    fields: [field('code'), field('area', 'number')],
    sharing: 'open',
    updateCycle: 'irregular',
    divisionLevel: 'district',
    systems: [],
    zoom: { min: 0, max: 18 },
    standard: 'local',
    landCheck: { role: 'none' },
    ...more
  }
}

/** WKB (little-endian) of a polygon with one ring: a square, its south-west corner and side in degrees. */
export function square(west: number, south: number, side = 0.001): Buffer {
  const ring = [0, 0, 1, 0, 1, 1, 0, 1, 0, 0]
  const wkb = Buffer.alloc(1 + 4 + 4 + 4 + ring.length * 8)
  wkb.writeUInt8(1, 0)
  wkb.writeUInt32LE(3, 1)
  wkb.writeUInt32LE(1, 5)
  wkb.writeUInt32LE(ring.length / 2, 9)
  ring.forEach((unit, i) => {
    wkb.writeDoubleLE((i % 2 ? south : west) + unit * side, 13 + i * 8)
  })
  return wkb
}
