import { Catalog, type CatalogProblem } from './catalog.ts'
import { loadLayers } from './load-layers.ts'
import { loadMaps } from './load-maps.ts'
import { loadShared } from './load-shared.ts'
import { loadSprites } from './load-sprites.ts'

/**
 * Reads layers/ and styles/ into a catalogue. Whatever cannot be used is left out and reported, with file and JSON
 * pointer, in `problems`; the rest is not touched by it. A layer whose style is broken is drawn in the default style.
 * @throws Error where layers/district.json cannot be used: nothing can be served of no district
 */
export async function loadCatalog(layersDir: string, stylesDir: string): Promise<Catalog> {
  const shared = await loadShared(layersDir)
  const { sprites, problems } = await loadSprites(stylesDir)
  const known = { ...shared.references, sprites: new Set(sprites.map(({ id }) => id)) }
  const layers = await loadLayers(layersDir, stylesDir, known)
  const maps = await loadMaps(stylesDir, layers)
  if (!shared.district) throw new Error(`the district cannot be read: ${shared.problems.map(printProblem).join('; ')}`)
  return new Catalog({
    district: shared.district,
    themes: shared.themes,
    departments: shared.departments,
    codeLists: shared.codeLists,
    layers: layers.layers,
    maps: maps.maps,
    sprites,
    problems: [...shared.problems, ...problems, ...layers.problems, ...maps.problems]
  })
}

/** One line for a log: `layers/admin/x.json /fields/2/type must be one of …`. */
export const printProblem = ({ file, pointer, message }: CatalogProblem): string =>
  [file, pointer, message].filter(Boolean).join(' ')
