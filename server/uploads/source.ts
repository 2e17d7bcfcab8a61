import type { Text } from '../lib/errors.ts'

/** An upload made ready for GDAL: files of our own naming in the upload's folder, and what was learnt on the way. */
export interface Source {
  format: 'geojson' | 'shapefile' | 'geopackage' | 'kml'
  /** The name the dataset had for whoever uploaded it. */
  dataset: string
  /** Inside the upload's folder. */
  file: 'data.geojson' | 'data.shp' | 'data.gpkg' | 'data.kml'
  /** The source CRS: a name or an EPSG code. */
  crs: string
  /** Of attribute texts, a WHATWG label. GDAL is told latin1 for a shapefile, so that its texts are bytes to decode. */
  encoding: string
  /** Columns declared to hold fractions, though every value may be whole. */
  numberFields: string[]
  notes: Text[]
}

/** Names inside an upload's folder. */
export const RECEIVED = 'received'
export const FEATURES = 'features.geojsonl'
