import type { CatalogProblem } from './catalog.ts'
import { checkLayer, type References } from './check-layer.ts'
import { checkStyle } from './check-style.ts'
import { defaultStyle } from './default-style.ts'
import { type Layer, type LayerDefinition, LayerSchema, type StyleLayer } from './layer.ts'
import { listFolders, readFolder, type SourceFile } from './read.ts'
import { checkShape } from './shape.ts'

/** Folders of layers/ that hold something else than layers. */
const NOT_THEMES = new Set(['codelists', 'rulesets'])

interface LoadedLayers {
  layers: Layer[]
  /** The ids of all layer files, also of those that could not be used. */
  named: ReadonlySet<string>
  problems: CatalogProblem[]
}

/** Reads layers/<theme>/<id>.json, each with styles/layers/<theme>/<id>.json. */
export async function loadLayers(
  layersDir: string,
  stylesDir: string,
  known: References & { sprites: ReadonlySet<string> }
): Promise<LoadedLayers> {
  const folders = (await listFolders(layersDir)).filter(folder => !NOT_THEMES.has(folder))
  const themes = folders.filter(folder => !known.themes || known.themes.has(folder))
  const sources = await readFolders(layersDir, themes)
  const styles = await readFolders(
    stylesDir,
    (await listFolders(`${stylesDir}/layers`)).map(theme => `layers/${theme}`)
  )
  const layers: Layer[] = []
  const problems = folders
    .filter(folder => !themes.includes(folder))
    .map(folder => ({ file: `layers/${folder}`, pointer: '', message: `there is no theme "${folder}" in themes.json` }))
  // By id and by place: a search through the list for each layer would take quadratic time.
  const first = new Map<string, SourceFile>()
  const styleAt = new Map(styles.map(style => [placeOf(style), style]))
  for (const source of sources) {
    const twin = first.get(source.id)
    if (!twin) first.set(source.id, source)
    const read = twin ? refuseTwin(source, twin) : readLayer(source, known)
    problems.push(...read.problems)
    if (!read.definition) continue
    const drawn = readStyle(source, read.definition, styleAt.get(placeOf(source)), known.sprites)
    problems.push(...drawn.problems)
    layers.push(layerOf(source, read.definition, drawn.style))
  }
  problems.push(...strays(styles, new Set(sources.map(placeOf))))
  return { layers, named: new Set(first.keys()), problems }
}

/** One folder after the other: a folder's files are read at once already. */
async function readFolders(root: string, folders: string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const folder of folders) files.push(...(await readFolder(root, folder)))
  return files
}

/** A style belongs to the layer of its name in the theme of its name. */
const placeOf = ({ folder, id }: SourceFile) => `${folder}/${id}`

function layerOf({ id, folder }: SourceFile, definition: LayerDefinition, style: StyleLayer[]): Layer {
  const { $schema: _, ...rest } = definition
  return { ...rest, id, theme: folder, origin: 'file', style }
}

interface Read {
  definition?: LayerDefinition
  problems: CatalogProblem[]
}

function readLayer({ id, folder, file, value, problems }: SourceFile, known: References): Read {
  if (problems.length > 0) return { problems }
  const shaped = checkShape(LayerSchema, value, file)
  if (!shaped.value) return { problems: shaped.problems }
  const faults = checkLayer({ id, theme: folder, definition: shaped.value }, known, file)
  return faults.length > 0 ? { problems: faults } : { definition: shaped.value, problems: [] }
}

const refuseTwin = ({ file, id }: SourceFile, twin: SourceFile): Read => ({
  problems: [{ file, pointer: '', message: `the id "${id}" is already taken by ${twin.file}` }]
})

function readStyle(
  { id, folder }: SourceFile,
  definition: LayerDefinition,
  found: SourceFile | undefined,
  sprites: ReadonlySet<string>
) {
  const layer = { ...definition, id }
  const file = `styles/layers/${folder}/${id}.json`
  const missing = { file, pointer: '', message: 'the file is missing; the layer is drawn in the default style' }
  const unread = found ? found.problems : [missing]
  const problems = unread.length > 0 ? unread : checkStyle(layer, found?.value, file, sprites)
  return { problems, style: problems.length > 0 ? defaultStyle(layer) : (found?.value as StyleLayer[]) }
}

/** Style files that belong to no layer file of their theme. */
const strays = (styles: SourceFile[], places: ReadonlySet<string>): CatalogProblem[] =>
  styles
    .filter(style => !places.has(placeOf(style)))
    .map(({ id, folder, file }) => ({ file, pointer: '', message: `there is no layers/${folder}/${id}.json` }))
