import type { Geometry } from 'geojson'
import { defaultStyle } from '../catalog/default-style.ts'
import type { Field, GeometryType, Layer } from '../catalog/layer.ts'
import { columnNames, titleFrom } from './names.ts'
import { badField, mixedGeometry, noFeatures } from './problems.ts'
import type { Column, Profile } from './profile.ts'

/** What the caller says of a layer that does not exist yet. */
export interface NewLayer {
  id: string
  title: { zh: string; en: string }
  theme: string
  department: string
  sharing: Layer['sharing']
  /** The properties of the file, or fields, that clients choose features by. */
  dimensions?: NonNullable<Layer['dimensions']>
}

/** A field of a layer and the property of the file it is filled from; null: none. */
export interface Mapped {
  field: Field
  from: string | null
  /** Filled with the running number of the feature, from 1. */
  numbered?: true
}

const KEY_NAMES =
  /^(code|id|no|number|key|gid|fid|objectid|osm_id|bh|bsm|dm)$|(_code|_id|_no|code|编号|编码|代码|标识码?)$/i

/**
 * The definition of a new layer, from what its data have in common. The business key is the first property that every
 * feature has with a value of its own, one named like a key before others; without any, `feature_no` counts features.
 * @throws UPLOAD_NO_FEATURES, UPLOAD_MIXED_GEOMETRY, UPLOAD_BAD_FIELD for a dimension over what is no time or number
 */
export function inferLayer({ dimensions, ...made }: NewLayer, profile: Profile): { layer: Layer; mapped: Mapped[] } {
  if (profile.features === 0) throw noFeatures()
  const geometry = inferGeometry(profile.geometryTypes)
  const key = findKey(profile)
  const ordered = key ? [key, ...profile.columns.filter(column => column !== key)] : profile.columns
  const names = columnNames(ordered.map(column => column.name))
  const mapped = ordered.map((column, i): Mapped => {
    const name = names[i] ?? `f_${i + 1}`
    const title = titleFrom(column.name, name)
    return { field: { name, type: column.type, title: { zh: title, en: title } }, from: column.name }
  })
  if (!key) mapped.unshift({ field: numberField(names), from: null, numbered: true })
  const definition = {
    ...made,
    geometry,
    fields: mapped.map(({ field }) => field),
    updateCycle: 'irregular',
    divisionLevel: 'district',
    systems: [],
    zoom: zoomOf(geometry, profile.features),
    standard: 'local',
    landCheck: { role: 'info' },
    ...(dimensions && { dimensions: findDimensions(dimensions, mapped) }),
    origin: 'upload'
  } satisfies Omit<Layer, 'style'>
  return { layer: { ...definition, style: defaultStyle(definition) }, mapped }
}

const DIMENSION_TYPES = { time: ['date', 'datetime'], elevation: ['integer', 'number'] } as const

/** The fields of dimensions, which may have been called as in the file. @throws UPLOAD_BAD_FIELD */
function findDimensions(
  asked: NonNullable<NewLayer['dimensions']>,
  mapped: readonly Mapped[]
): NonNullable<Layer['dimensions']> {
  const find = (dimension: 'time' | 'elevation') => {
    const name = asked[dimension]?.toLowerCase()
    if (name === undefined) return {}
    const types: readonly string[] = DIMENSION_TYPES[dimension]
    const found = mapped.find(({ field, from }) => field.name === name || from?.toLowerCase() === name)?.field
    if (found && types.includes(found.type)) return { [dimension]: found.name }
    throw badField({
      field: dimension,
      reason: `数据中没有类型为 ${types.join('、')} 的此字段`,
      reason_en: `names no field of type ${types.join(' or ')} in the data`
    })
  }
  return { ...find('time'), ...find('elevation') }
}

function findKey({ columns, features }: Profile): Column | undefined {
  const able = columns.filter(
    ({ type, unique, filled }) => unique && filled === features && (type === 'text' || type === 'integer')
  )
  return able.find(({ name }) => KEY_NAMES.test(name)) ?? able[0]
}

function numberField(names: string[]): Field {
  let name = 'feature_no'
  for (let n = 2; names.includes(name); n++) name = `feature_no_${n}`
  return { name, type: 'integer', title: { zh: '序号', en: 'Feature number' } }
}

/** @throws UPLOAD_MIXED_GEOMETRY, UPLOAD_NO_FEATURES */
function inferGeometry(types: Set<Geometry['type']>): GeometryType {
  const kinds = new Set([...types].map(type => type.replace('Multi', '')))
  const [kind] = kinds
  if (kind === undefined) throw noFeatures()
  if (kinds.size > 1 || kind === 'GeometryCollection') throw mixedGeometry({ types: [...types].join(', ') })
  const multi = [...types].some(type => type.startsWith('Multi'))
  return `${multi ? 'Multi' : ''}${kind}` as GeometryType
}

/** Few features are seen from afar; many only where they can be told apart. */
function zoomOf(geometry: GeometryType, features: number): { min: number; max: number } {
  const crowd = features > 100_000 ? 4 : features > 10_000 ? 2 : 0
  const min = (geometry.endsWith('Point') ? 8 : 6) + crowd
  return { min: features <= 1000 ? 0 : min, max: 18 }
}
