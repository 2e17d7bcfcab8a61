import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { TileId } from '../../server/lib/tile-id.ts'

const run = promisify(execFile)

/** Whether GDAL is installed and reads vector tiles. */
export const hasOgr = (): Promise<boolean> =>
  run('ogrinfo', ['--formats']).then(
    ({ stdout }) => /^ *MVT /m.test(stdout),
    () => false
  )

/**
 * Has GDAL read tiles, all of one zoom at once, as it wants them: `<zoom>/<x>/<y>.pbf`. Layers of one tile are joined.
 * @returns what it complains about, and how many features it found
 */
export async function readByOgr(
  tiles: readonly { layer: string; tile: TileId; mvt: Uint8Array }[],
  folder: string
): Promise<{ complaints: string[]; features: number }> {
  const zooms = new Set(tiles.map(({ tile }) => tile.z))
  const files = new Map<string, Map<string, Uint8Array>>()
  for (const { layer, tile, mvt } of tiles) {
    const file = `${tile.z}/${tile.x}/${tile.y}.pbf`
    files.set(file, new Map(files.get(file)).set(layer, mvt))
  }
  for (const [file, layers] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), Buffer.concat([...layers.values()]))
  }
  const complaints: string[] = []
  let features = 0
  for (const z of zooms) {
    const answer = await run('ogrinfo', ['-ro', '-al', '-so', `MVT:${join(folder, String(z))}`], {
      maxBuffer: 2 ** 26
    }).catch(error => ({ stdout: '', stderr: String(error) }))
    if (answer.stderr) complaints.push(`zoom ${z}: ${answer.stderr.slice(0, 500)}`)
    for (const [, count] of answer.stdout.matchAll(/^Feature Count: (\d+)/gm)) features += Number(count)
  }
  return { complaints, features }
}
