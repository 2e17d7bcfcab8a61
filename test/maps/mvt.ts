import { PbfWriter } from 'pbf'
import type { Row } from './decoded-layer.ts'

type Value = string | number | boolean

/** A Mapbox Vector Tile of one layer. */
export function mvt(name: string, rows: readonly Row[]): Buffer {
  const tile = new PbfWriter()
  tile.writeMessage(3, writeLayer, { name, rows })
  return Buffer.from(tile.finish())
}

function writeLayer({ name, rows }: { name: string; rows: readonly Row[] }, pbf: PbfWriter): void {
  const keys = [...new Set(rows.flatMap(({ properties = {} }) => Object.keys(properties)))]
  const values = [...new Set(rows.flatMap(({ properties = {} }) => Object.values(properties)))]
  pbf.writeVarintField(15, 2)
  pbf.writeStringField(1, name)
  for (const row of rows) pbf.writeMessage(2, writeFeature, { row, keys, values })
  for (const key of keys) pbf.writeStringField(3, key)
  for (const value of values) pbf.writeMessage(4, writeValue, value)
  pbf.writeVarintField(5, 4096)
}

interface Numbered {
  row: Row
  keys: string[]
  values: Value[]
}

function writeFeature({ row, keys, values }: Numbered, pbf: PbfWriter): void {
  if (row.id !== undefined) pbf.writeVarintField(1, row.id)
  const tags = Object.entries(row.properties ?? {}).flatMap(([key, value]) => [
    keys.indexOf(key),
    values.indexOf(value)
  ])
  pbf.writePackedVarint(2, tags)
  pbf.writeVarintField(3, row.type)
  pbf.writePackedVarint(4, commands(row))
}

function writeValue(value: Value, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value)
  else if (typeof value === 'boolean') pbf.writeBooleanField(7, value)
  else if (!Number.isSafeInteger(value)) pbf.writeDoubleField(3, value)
  else if (value < 0) pbf.writeVarintField(4, value)
  else pbf.writeVarintField(5, value)
}

/** Commands and differences (MVT 2.1 §4.3). */
function commands({ type, parts }: Row): number[] {
  const numbers: number[] = []
  let [x, y] = [0, 0]
  const place = (toX: number, toY: number) => {
    for (const by of [toX - x, toY - y]) numbers.push((by << 1) ^ (by >> 31))
    x = toX
    y = toY
  }
  for (const part of parts) {
    const count = part.length / 2
    numbers.push(type === 1 ? (count << 3) | 1 : 9)
    for (let i = 0; i < count; i++) {
      if (type !== 1 && i === 1) numbers.push(((count - 1) << 3) | 2)
      place(part[2 * i]!, part[2 * i + 1]!)
    }
    if (type === 3) numbers.push(15)
  }
  return numbers
}
