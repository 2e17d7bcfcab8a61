import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Geometry } from 'geojson'
import { FEATURES, type Source } from './source.ts'

/** A feature as GDAL wrote it; `index` counts from 0 in the order of the file. */
export interface SourceFeature {
  index: number
  properties: Record<string, unknown>
  geometry: Geometry | null
}

/** The features of a converted upload, line by line, their texts decoded. */
export async function* readFeatures(folder: string, source: Source): AsyncGenerator<SourceFeature> {
  const decode = source.format === 'shapefile' ? decoder(source.encoding) : (text: string) => text
  const names = new Map<string, string>()
  const nameOf = (raw: string) => {
    const known = names.get(raw) ?? decode(raw)
    names.set(raw, known)
    return known
  }
  let index = 0
  const lines = createInterface({
    input: createReadStream(join(folder, FEATURES)),
    crlfDelay: Number.POSITIVE_INFINITY
  })
  for await (const line of lines) {
    // A record separator may precede each text (RFC 8142 §2).
    const text = line.charCodeAt(0) === 0x1e ? line.slice(1) : line
    if (text === '') continue
    const { properties, geometry } = JSON.parse(text) as { properties: object | null; geometry: Geometry | null }
    const decoded: [string, unknown][] = Object.entries(properties ?? {}).map(([name, value]) => [
      nameOf(name),
      typeof value === 'string' ? decode(value) : value
    ])
    yield { index: index++, properties: Object.fromEntries(decoded), geometry }
  }
}

/** From bytes read as latin1 to text. A column's width may have cut its last character in half: that half goes. */
export function decoder(encoding: string): (latin1: string) => string {
  const utf = new TextDecoder(encoding)
  return latin1 =>
    /[\x80-\xff]/.test(latin1) ? utf.decode(Buffer.from(latin1, 'latin1')).replace(/\ufffd+$/, '') : latin1
}
