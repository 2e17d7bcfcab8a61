import type { Gdal } from './gdal.ts'
import { processGdal } from './gdal-process.ts'
import { wasmGdal } from './gdal-wasm.ts'

export type GdalChoice = 'auto' | 'process' | 'wasm'

/**
 * `auto`: the installed ogr2ogr, else GDAL in WASM.
 * @throws an Error when `process` is asked for and there is no ogr2ogr
 */
export async function chooseGdal(choice: GdalChoice): Promise<Gdal> {
  if (choice === 'wasm') return wasmGdal()
  const installed = await processGdal()
  if (installed) return installed
  if (choice === 'auto') return wasmGdal()
  throw new Error('GDAL=process, but ogr2ogr cannot be run: install gdal-bin, or set GDAL=auto.')
}
