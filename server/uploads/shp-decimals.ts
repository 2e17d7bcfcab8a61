import { open } from 'node:fs/promises'

/**
 * The most decimals any x or y of a polygon shapefile is written with: coordinates that were rounded before they were
 * saved cannot be told once they are transformed.
 * @param path of the .shp (ESRI white paper, 1998)
 * @param enough no more than this are counted
 */
export async function shapefileDecimals(path: string, enough: number): Promise<number> {
  const file = await open(path)
  try {
    const bytes = await file.readFile()
    let most = 0
    for (let at = 100; at + 8 <= bytes.length; at += 8 + bytes.readInt32BE(at + 4) * 2) {
      const record = at + 8
      if (record + 44 > bytes.length || ![5, 15, 25].includes(bytes.readInt32LE(record))) continue
      const points = record + 44 + 4 * bytes.readInt32LE(record + 36)
      const end = points + 16 * bytes.readInt32LE(record + 40)
      for (let i = points; i + 8 <= Math.min(end, bytes.length) && most < enough; i += 8) {
        most = Math.max(most, decimalsOf(bytes.readDoubleLE(i)))
      }
    }
    return most
  } finally {
    await file.close()
  }
}

/** Of the shortest text that is this number. */
const decimalsOf = (n: number): number => /\.(\d+)$/.exec(String(n))?.[1]?.length ?? (/e-/.test(String(n)) ? 15 : 0)
