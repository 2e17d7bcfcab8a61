import type { CatalogProblem } from './catalog.ts'
import { ID_PATTERN, type LayerDefinition } from './layer.ts'
import { PLATFORM_COLUMNS } from './table.ts'

/** What a layer may refer to. A set is undefined where its own file is broken: nothing is then held against the layer. */
export interface References {
  themes: ReadonlySet<string> | undefined
  departments: ReadonlySet<string> | undefined
  codeLists: ReadonlySet<string>
  systems: ReadonlySet<string> | undefined
}

type Fault = [pointer: string, message: string]

/** What the schema of a layer cannot say: that what it names exists, and that its parts agree. */
export function checkLayer(
  { id, theme, definition }: { id: string; theme: string; definition: LayerDefinition },
  known: References,
  file: string
): CatalogProblem[] {
  const faults = [
    ...checkId(id),
    ...unknown('', 'theme', theme, known.themes),
    ...unknown('/department', 'department', definition.department, known.departments),
    ...definition.systems.flatMap((system, i) => unknown(`/systems/${i}`, 'system', system, known.systems)),
    ...checkFields(definition.fields, known.codeLists),
    ...checkZoom(definition.zoom),
    ...checkCluster(definition),
    ...checkDimensions(definition),
    ...checkLandCheck(definition.landCheck),
    ...checkExtent(definition.extent),
    ...checkSource(definition)
  ]
  return faults.map(([pointer, message]) => ({ file, pointer, message }))
}

const checkId = (id: string): Fault[] =>
  new RegExp(ID_PATTERN).test(id) && id.length <= 40
    ? []
    : [
        [
          '',
          `"${id}" cannot be a layer's id: lower-case words joined by "-", the last not "label", 40 characters at most`
        ]
      ]

const unknown = (pointer: string, kind: string, id: string, known: ReadonlySet<string> | undefined): Fault[] =>
  !known || known.has(id) ? [] : [[pointer, `there is no ${kind} "${id}"`]]

function checkFields(fields: LayerDefinition['fields'], codeLists: ReadonlySet<string>): Fault[] {
  return fields.flatMap((field, i): Fault[] => {
    const at = `/fields/${i}`
    const faults: Fault[] = []
    const first = fields.findIndex(other => other.name === field.name)
    if (first < i) faults.push([`${at}/name`, `"${field.name}" is already the name of /fields/${first}`])
    if ((PLATFORM_COLUMNS as readonly string[]).includes(field.name))
      faults.push([`${at}/name`, `"${field.name}" is a column of the platform's own`])
    if (field.type === 'code' && !field.codelist) faults.push([at, 'a field of type code needs a codelist'])
    if (field.type !== 'code' && field.codelist)
      faults.push([`${at}/codelist`, `only a field of type code has a codelist; this one is ${field.type}`])
    if (field.codelist) faults.push(...unknown(`${at}/codelist`, 'code list', field.codelist, codeLists))
    return faults
  })
}

const checkZoom = ({ min, max }: LayerDefinition['zoom']): Fault[] =>
  min > max ? [['/zoom', `min ${min} is above max ${max}`]] : []

const checkCluster = ({ cluster, geometry }: LayerDefinition): Fault[] =>
  cluster && !geometry.endsWith('Point')
    ? [['/cluster', `only points can be put together; this layer is ${geometry}`]]
    : []

const DIMENSION_TYPES = { time: ['date', 'datetime'], elevation: ['integer', 'number'] } as const

function checkDimensions({ dimensions = {}, fields }: Pick<LayerDefinition, 'dimensions' | 'fields'>): Fault[] {
  return (['time', 'elevation'] as const).flatMap((dimension): Fault[] => {
    const named = dimensions[dimension]
    const types: readonly string[] = DIMENSION_TYPES[dimension]
    if (named === undefined || fields.some(({ name, type }) => name === named && types.includes(type))) return []
    return [[`/dimensions/${dimension}`, `there is no field "${named}" of type ${types.join(' or ')}`]]
  })
}

function checkLandCheck({ role, setbackMetres }: LayerDefinition['landCheck']): Fault[] {
  if (role === 'setback' && setbackMetres === undefined) return [['/landCheck', 'role setback needs setbackMetres']]
  if (role !== 'setback' && setbackMetres !== undefined)
    return [['/landCheck/setbackMetres', `only role setback has setbackMetres; this one is ${role}`]]
  return []
}

function checkExtent(extent: LayerDefinition['extent']): Fault[] {
  if (!extent) return []
  const [west = 0, south = 0, east = 0, north = 0] = extent
  const ordered = -180 <= west && west < east && east <= 180 && -90 <= south && south < north && north <= 90
  return ordered ? [] : [['/extent', 'must be west, south, east, north in degrees, west < east and south < north']]
}

function checkSource({ source, expectedFeatures, geometry }: LayerDefinition): Fault[] {
  if (!source) return []
  const faults: Fault[] = []
  const kind = 'archive' in source ? 'an archive of tiles' : 'a table published in place'
  if (expectedFeatures !== undefined)
    faults.push(['/source', `${kind} gets no demonstration data; leave out expectedFeatures`])
  if (geometry === 'Raster' && !('archive' in source))
    faults.push(['/source', 'a Raster is not published from a table, but from an archive of tiles'])
  return faults
}
