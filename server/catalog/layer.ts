import { type Static, Type } from 'typebox'
import type { NamedStyle } from './named-styles.ts'

/**
 * An id is a file stem, a URL segment, an MVT layer name and (with `_`) a table name, all at once. None ends in
 * `-label`: that is the MVT layer with the label points of another.
 */
export const ID_PATTERN = '^(?!.*-label$)[a-z][a-z0-9]*(-[a-z0-9]+)*$'

const Id = Type.String({ pattern: ID_PATTERN, maxLength: 40 })
const FieldName = Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 63 })
export const TextSchema = Type.Object(
  { zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) },
  { additionalProperties: false, description: 'One text in Chinese and English' }
)

const oneOf = <const T extends readonly string[]>(...values: T) => Type.Enum<[...T]>(values)

export const FieldSchema = Type.Object(
  {
    name: FieldName,
    type: oneOf('text', 'integer', 'number', 'boolean', 'date', 'datetime', 'code'),
    title: TextSchema,
    codelist: Type.Optional(
      Type.String({ pattern: ID_PATTERN, description: 'layers/codelists/<id>.json; for type code only' })
    ),
    indexed: Type.Optional(Type.Boolean({ description: 'Features are looked up by it; the first field always is' }))
  },
  { additionalProperties: false }
)

export const GEOMETRY_TYPES = [
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
  'Raster'
] as const

export const LandCheckSchema = Type.Object(
  {
    role: oneOf('forbidden', 'restricted', 'buildable', 'tenure', 'setback', 'info', 'none'),
    setbackMetres: Type.Optional(Type.Number({ exclusiveMinimum: 0 }))
  },
  { additionalProperties: false, description: 'The default part a layer plays in a land-check; rule sets decide' }
)

export const DimensionsSchema = Type.Object(
  {
    time: Type.Optional(FieldName),
    elevation: Type.Optional(FieldName)
  },
  {
    additionalProperties: false,
    description:
      'Fields by whose values clients choose what they see, such as the dimension TIME of WMS: a date or datetime, a number'
  }
)

/** A name as PostgreSQL keeps it: tables and columns that others made need not follow the house's rules. */
const DatabaseName = (description: string) => Type.String({ minLength: 1, maxLength: 63, description })

const TableSourceSchema = Type.Object(
  {
    schema: DatabaseName('The schema it lies in'),
    table: DatabaseName('A table or a view'),
    geometry: DatabaseName('The geometry column, of any SRID'),
    key: DatabaseName('The column that tells the rows apart, never null'),
    versionColumn: Type.Optional(DatabaseName('Its greatest value rises with every change'))
  },
  {
    additionalProperties: false,
    description: 'An existing table that is published in place and read-only, its columns named as the fields are'
  }
)

const ArchiveSourceSchema = Type.Object(
  {
    archive: Type.String({
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*\\.(pmtiles|mbtiles)$',
      maxLength: 120,
      description:
        'A file in DATA_DIR/archives: PMTiles 3 or MBTiles, of vector tiles; of a Raster layer of PNG, JPEG or WebP pictures'
    })
  },
  {
    additionalProperties: false,
    description: 'An archive of finished tiles, served as they are stored; zooms, bounds and MVT layers are its own'
  }
)

export const SourceSchema = Type.Union([TableSourceSchema, ArchiveSourceSchema])

export const LayerSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    description: Type.Optional(TextSchema),
    department: Type.String({ pattern: ID_PATTERN, description: 'An id of layers/departments.json' }),
    geometry: oneOf(...GEOMETRY_TYPES),
    fields: Type.Array(FieldSchema, { minItems: 1, description: 'The first is the business key, unique in the layer' }),
    sharing: oneOf('open', 'conditional', 'restricted'),
    updateCycle: oneOf('realtime', 'daily', 'monthly', 'quarterly', 'yearly', 'irregular'),
    divisionLevel: oneOf('district', 'town', 'village', 'grid'),
    systems: Type.Array(Id, { description: 'Codes of the code list city-system' }),
    zoom: Type.Object(
      { min: Type.Integer({ minimum: 0, maximum: 24 }), max: Type.Integer({ minimum: 0, maximum: 24 }) },
      { additionalProperties: false }
    ),
    standard: Type.String({ description: 'The document that defines the layer or its rule; local: none known' }),
    landCheck: LandCheckSchema,
    cluster: Type.Optional(
      Type.Object(
        {
          radius: Type.Integer({ minimum: 8, maximum: 256, description: 'Pixels, where a tile is 512 wide' }),
          maxZoom: Type.Integer({ minimum: 0, maximum: 24, description: 'Deeper tiles show each point' })
        },
        {
          additionalProperties: false,
          description: 'Points that lie close together are shown as one, with their count'
        }
      )
    ),
    dimensions: Type.Optional(DimensionsSchema),
    expectedFeatures: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Planning estimate, scales the demonstration data' })
    ),
    source: Type.Optional(SourceSchema),
    extent: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 4,
        maxItems: 4,
        description: 'west, south, east, north in degrees; default: the district'
      })
    )
  },
  { additionalProperties: false, title: 'Layer', description: 'layers/<theme>/<id>.json: what a layer is' }
)

/** A layer made over HTTP, as yitu.layer.definition keeps it: there is no folder to say the theme. */
export const UploadedLayerSchema = Type.Object(
  { ...LayerSchema.properties, theme: Id },
  { additionalProperties: false }
)

export type Field = Static<typeof FieldSchema>
export type GeometryType = (typeof GEOMETRY_TYPES)[number]
export type LayerDefinition = Static<typeof LayerSchema>
export type TableSource = Static<typeof TableSourceSchema>

/** A layer as the server works with it: its definition, where it came from, and how it is drawn. */
export interface Layer extends Omit<LayerDefinition, '$schema'> {
  id: string
  theme: string
  /** `file`: layers/<theme>/<id>.json; `upload`: made over HTTP, kept in yitu.layer. */
  origin: 'file' | 'upload'
  /** The default style: MapLibre style layers, without `source` (whoever composes a style names it). */
  style: StyleLayer[]
  /** Of a layer that was given styles over HTTP: all it has, the default first. */
  styles?: readonly NamedStyle[]
  /** Of a layer whose source is an archive, once that was read: what it says of itself. */
  stored?: StoredTiles
}

/** An archive of finished tiles: vector tiles, or pictures. */
export interface StoredTiles {
  /** Tells this state of the file from every other. */
  identity: string
  /** When the file was written last, ISO 8601. */
  changedAt: string
  /** The id of the grid its tiles are of. */
  grid: string
  zoom: { min: number; max: number }
  /** west, south, east, north in degrees; null where it does not say. */
  bounds: [number, number, number, number] | null
  layers: StoredLayer[]
  /** Of an archive of pictures: what they are. */
  pictures?: StoredPictures
}

/** The pictures that an archive has for tiles, as its first tile is. */
export interface StoredPictures {
  extension: 'png' | 'jpg' | 'webp'
  /** Pixels along the side of a tile. */
  side: number
}

/** The number a state of an archive goes by: the second in which it was written. */
export const storedRevision = ({ changedAt }: Pick<StoredTiles, 'changedAt'>): number =>
  Math.floor(Date.parse(changedAt) / 1000)

/** An MVT layer of an archive's tiles: `vector_layers` of TileJSON 3.0.0. */
export interface StoredLayer {
  id: string
  description?: string
  fields: Record<string, string>
}

/** The table that a layer is published from in place. */
export const tableSource = ({ source, origin }: Pick<Layer, 'source' | 'origin'>): TableSource | undefined =>
  source && 'table' in source && origin === 'file' ? source : undefined

/** The file of DATA_DIR/archives that a layer's tiles are stored in. */
export const archiveOf = ({ source, origin }: Pick<Layer, 'source' | 'origin'>): string | undefined =>
  source && 'archive' in source && origin === 'file' ? source.archive : undefined

/** A MapLibre style layer whose `source` is left to whoever composes the style. */
export interface StyleLayer {
  id: string
  type: string
  'source-layer'?: string
  minzoom?: number
  maxzoom?: number
  filter?: unknown
  layout?: Record<string, unknown>
  paint?: Record<string, unknown>
  metadata?: Record<string, unknown>
}

/** What of a layer changes when it is published; revision 0: nothing was published yet. */
export interface LayerState {
  revision: number
  featureCount: number
  /** west, south, east, north in degrees (EPSG:4490); null while empty. */
  bounds: [number, number, number, number] | null
  contentHash: string
  updatedAt: string | null
  /** Rows of the demonstration data are, or may be, among the current ones. */
  synthetic?: boolean
}
