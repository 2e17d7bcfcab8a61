import { type Static, type TSchema, Type } from 'typebox'
import type { CatalogProblem } from './catalog.ts'
import type { References } from './check-layer.ts'
import { readFolder, readSource, type SourceFile } from './read.ts'
import { checkShape } from './shape.ts'
import {
  type CodeList,
  CodeListSchema,
  type Department,
  DepartmentSchema,
  type District,
  DistrictSchema,
  type Theme,
  ThemeSchema
} from './shared.ts'

interface Shared {
  district: District | undefined
  themes: Theme[]
  departments: Department[]
  codeLists: CodeList[]
  references: References
  problems: CatalogProblem[]
}

/** Reads what layers share: the district, themes, departments and code lists. */
export async function loadShared(layersDir: string): Promise<Shared> {
  const [districtFile, themesFile, departmentsFile, listFiles] = await Promise.all([
    readSource(layersDir, '', 'district.json'),
    readSource(layersDir, '', 'themes.json'),
    readSource(layersDir, '', 'departments.json'),
    readFolder(layersDir, 'codelists')
  ])
  const district = readOne(DistrictSchema, districtFile)
  const themes = readMany(ThemeSchema, themesFile)
  const departments = readMany(DepartmentSchema, departmentsFile)
  const lists = listFiles.map(readCodeList)
  const systems = lists.find(list => list.id === 'city-system')?.value
  return {
    district: district.value,
    themes: themes.values,
    departments: departments.values,
    codeLists: lists.flatMap(list => (list.value ? [list.value] : [])),
    references: {
      themes: themes.problems.length > 0 ? undefined : new Set(themes.values.map(theme => theme.id)),
      departments: departments.problems.length > 0 ? undefined : new Set(departments.values.map(({ id }) => id)),
      // A list that is there but broken is reported for itself, not once more by every layer that uses it.
      codeLists: new Set(lists.map(list => list.id)),
      systems: systems && new Set(systems.codes.map(({ code }) => code))
    },
    problems: [district, themes, departments, ...lists].flatMap(({ problems }) => problems)
  }
}

function readOne<S extends TSchema>(schema: S, source: SourceFile) {
  return source.problems.length > 0
    ? { value: undefined, problems: source.problems }
    : checkShape(schema, source.value, source.file)
}

/** Reads an array item by item, so that one faulty item does not cost the others; an id may occur once. */
function readMany<S extends TSchema>(schema: S, source: SourceFile) {
  const list = readOne(Type.Array(Type.Unknown()), source)
  const items = (list.value ?? []).map((item, i) => checkShape(schema, item, source.file, `/${i}`))
  const values = items.flatMap(({ value }) => (value === undefined ? [] : [value as Static<S> & { id: string }]))
  const problems = [...list.problems, ...items.flatMap(item => item.problems)]
  return {
    values,
    problems: [
      ...problems,
      ...repeated(
        values.map(value => value.id),
        source.file,
        ''
      )
    ]
  }
}

function readCodeList(source: SourceFile): { id: string; value: CodeList | undefined; problems: CatalogProblem[] } {
  const { id, file } = source
  const list = readOne(CodeListSchema, source)
  const twice = list.value
    ? repeated(
        list.value.codes.map(({ code }) => code),
        file,
        '/codes'
      )
    : []
  const problems = [...list.problems, ...twice]
  const { $schema: _, ...content } = list.value ?? { title: { zh: '', en: '' }, open: false, codes: [] }
  return { id, value: problems.length > 0 ? undefined : { id, ...content }, problems }
}

const repeated = (keys: string[], file: string, pointer: string): CatalogProblem[] =>
  keys.flatMap((key, i) =>
    keys.indexOf(key) < i
      ? [{ file, pointer: `${pointer}/${i}`, message: `"${key}" is already at ${pointer}/${keys.indexOf(key)}` }]
      : []
  )
