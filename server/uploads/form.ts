import type { Catalog } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import type { NewLayer } from './infer.ts'
import { checkLayerId, checkTitle } from './names.ts'
import { badField, rasterLayer, readOnlyLayer, titleNeeded } from './problems.ts'

/** What the text fields of the form ask for. */
export interface UploadForm {
  layer: string
  mode: 'replace' | 'append'
  /** Given for a new layer; an existing one keeps its own. */
  title: { zh: string; en: string } | null
  theme: string
  department: string
  sharing: Layer['sharing']
  /** Which of several shapefiles in a zip. */
  dataset?: string
  /** The properties of the file, or fields, that a new layer's dimensions are over. */
  dimensions?: NewLayer['dimensions']
}

export const FORM_FIELDS = [
  'layer',
  'title',
  'title_en',
  'mode',
  'theme',
  'department',
  'sharing',
  'dataset',
  'time',
  'elevation'
] as const

const DEFAULT_THEME = 'uploads'
const DEFAULT_DEPARTMENT = 'data-admin'

/**
 * Reads the text fields; what is unknown, misspelt or missing is refused by name.
 * @throws UPLOAD_BAD_FIELD, UPLOAD_TITLE_NEEDED, UPLOAD_RASTER_LAYER
 */
export function readForm(fields: ReadonlyMap<string, string>, catalog: Catalog): UploadForm {
  for (const name of fields.keys()) {
    if (!(FORM_FIELDS as readonly string[]).includes(name)) {
      const known = FORM_FIELDS.join(', ')
      throw badField({
        field: shown(name),
        reason: `没有此字段,可用字段为 ${known}`,
        reason_en: `is not known; there are ${known}`
      })
    }
  }
  const layer = checkLayerId(fields.get('layer'))
  const existing = catalog.find(layer)
  if (existing?.geometry === 'Raster') throw rasterLayer({ layer })
  if (existing?.source) throw readOnlyLayer({ layer })
  if (!existing && catalog.maps.has(layer)) {
    throw badField({ field: 'layer', reason: `${layer} 是专题地图的标识`, reason_en: `${layer} is the id of a map` })
  }
  const title = fields.get('title')
  if (!existing && !title) throw titleNeeded({ layer })
  const zh = title ? checkTitle('title', title) : ''
  const en = fields.get('title_en') ? checkTitle('title_en', fields.get('title_en') ?? '') : zh
  const departments = [...catalog.departments.keys()]
  const fallback = departments.includes(DEFAULT_DEPARTMENT) ? DEFAULT_DEPARTMENT : departments[0]
  const dataset = fields.get('dataset')
  const [time, elevation] = [fields.get('time'), fields.get('elevation')]
  return {
    layer,
    mode: oneOf(fields, 'mode', ['replace', 'append'], 'replace'),
    title: title ? { zh, en } : null,
    theme: oneOf(
      fields,
      'theme',
      catalog.themes.map(({ id }) => id),
      DEFAULT_THEME
    ),
    department: oneOf(fields, 'department', departments, fallback),
    sharing: oneOf(fields, 'sharing', ['open', 'conditional', 'restricted'], 'open'),
    ...(dataset && { dataset }),
    ...((time || elevation) && { dimensions: { ...(time && { time }), ...(elevation && { elevation }) } })
  }
}

/** What a layer that does not exist yet is to be called, before its data are known. */
export const newLayerOf = ({ layer, title, theme, department, sharing, dimensions }: UploadForm): NewLayer => ({
  id: layer,
  title: title ?? { zh: layer, en: layer },
  theme,
  department,
  sharing,
  ...(dimensions && { dimensions })
})

function oneOf<T extends string>(
  fields: ReadonlyMap<string, string>,
  field: string,
  allowed: readonly T[],
  fallback?: T
): T {
  const given = fields.get(field) || fallback
  const found = allowed.find(value => value === given)
  if (found !== undefined) return found
  const list = allowed.slice(0, 30).join(', ')
  throw badField({ field, reason: `须为 ${list} 之一`, reason_en: `must be one of ${list}` })
}

const shown = (name: string) => name.replace(/[^\w-]+/g, '?').slice(0, 40)
