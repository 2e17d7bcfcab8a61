import type { CatalogProblem } from './catalog.ts'
import type { Layer } from './layer.ts'
import { readFolder, type SourceFile } from './read.ts'
import { checkShape } from './shape.ts'
import { type MapDefinition, MapSchema } from './shared.ts'

/**
 * Reads styles/maps/<id>.json. A map is kept without the layers that there are not; a layer that is named but could
 * not be used (`named` has it, `layers` does not) was reported already.
 */
export async function loadMaps(
  stylesDir: string,
  { layers, named }: { layers: readonly Layer[]; named: ReadonlySet<string> }
): Promise<{ maps: MapDefinition[]; problems: CatalogProblem[] }> {
  const usable = new Set(layers.map(({ id }) => id))
  const read = (await readFolder(stylesDir, 'maps')).map(source => readMap(source, named, usable))
  return { maps: read.flatMap(({ map }) => (map ? [map] : [])), problems: read.flatMap(({ problems }) => problems) }
}

function readMap(
  source: SourceFile,
  named: ReadonlySet<string>,
  usable: ReadonlySet<string>
): { map?: MapDefinition; problems: CatalogProblem[] } {
  const { id, file } = source
  if (source.problems.length > 0) return { problems: source.problems }
  const shaped = checkShape(MapSchema, source.value, file)
  if (!shaped.value) return { problems: shaped.problems }
  const { $schema: _, ...map } = shaped.value
  const problems = [
    ...(named.has(id) ? [{ file, pointer: '', message: `the id "${id}" is already taken by a layer` }] : []),
    ...map.layers.flatMap((layer, i) =>
      named.has(layer) ? [] : [{ file, pointer: `/layers/${i}`, message: `there is no layer "${layer}"` }]
    ),
    ...(map.hidden ?? []).flatMap((layer, i) =>
      map.layers.includes(layer)
        ? []
        : [{ file, pointer: `/hidden/${i}`, message: `"${layer}" is not one of the map's layers` }]
    )
  ]
  if (named.has(id)) return { problems }
  return { map: { id, ...map, layers: map.layers.filter(layer => usable.has(layer)) }, problems }
}
