import type { Polygon } from 'geojson'
import { zip } from '../uploads/zip.ts'

/** Files that hold one parcel, made by hand: what an approval system would send. */

/** CGCS2000 / 3-degree Gauss-Kruger CM 114E (EPSG:4547), as a GIS writes it. */
const PRJ =
  'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",' +
  'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],' +
  'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],' +
  'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'

type Ring = readonly (readonly [number, number])[]

/** A zipped shapefile (ESRI white paper, 1998) of polygons of one clockwise ring each, easting northing of EPSG:4547. */
export function zippedShapefile(
  rings: readonly Ring[],
  names: readonly string[] = rings.map((_, i) => `P${i + 1}`)
): Buffer {
  const records = rings.map(ring => polygonRecord([...ring, ring[0]!]))
  const length = 100 + records.reduce((sum, record) => sum + 8 + record.length, 0)
  const points = rings.flat()
  const shp = [mainHeader(length, points)]
  const shx = [mainHeader(100 + 8 * records.length, points)]
  let at = 50
  for (const [i, record] of records.entries()) {
    shp.push(bigEndian(i + 1, record.length / 2), record)
    shx.push(bigEndian(at, record.length / 2))
    at += 4 + record.length / 2
  }
  return zip([
    { name: 'a.shp', data: Buffer.concat(shp) },
    { name: 'a.shx', data: Buffer.concat(shx) },
    { name: 'a.dbf', data: table(names) },
    { name: 'a.prj', data: Buffer.from(PRJ) }
  ])
}

function bigEndian(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [i, n] of numbers.entries()) bytes.writeInt32BE(n, 4 * i)
  return bytes
}

function boxOf(points: Ring): Buffer {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  return doubles(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))
}

function doubles(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length)
  for (const [i, n] of numbers.entries()) bytes.writeDoubleLE(n, 8 * i)
  return bytes
}

function mainHeader(bytes: number, points: Ring): Buffer {
  const head = Buffer.alloc(100)
  head.writeInt32BE(9994, 0)
  head.writeInt32BE(bytes / 2, 24)
  head.writeInt32LE(1000, 28)
  head.writeInt32LE(5, 32)
  boxOf(points).copy(head, 36)
  return head
}

function polygonRecord(ring: Ring): Buffer {
  const type = Buffer.from([5, 0, 0, 0])
  const counts = Buffer.alloc(12)
  counts.writeInt32LE(1, 0)
  counts.writeInt32LE(ring.length, 4)
  return Buffer.concat([type, boxOf(ring), counts, doubles(...ring.flat())])
}

/** dBASE III with one text column, name. */
function table(names: readonly string[]): Buffer {
  const head = Buffer.alloc(65)
  head[0] = 3
  head.set([126, 11, 22], 1)
  head.writeUInt32LE(names.length, 4)
  head.writeUInt16LE(65, 8)
  head.writeUInt16LE(21, 10)
  head.write('name', 32, 'latin1')
  head.write('C', 43, 'latin1')
  head[48] = 20
  head[64] = 0x0d
  const rows = names.map(name => Buffer.from(` ${name}`.padEnd(21), 'latin1'))
  return Buffer.concat([head, ...rows, Buffer.from([0x1a])])
}

/** OGC 07-147r2: longitude, latitude. */
export const kmlOf = ({ coordinates }: Polygon): string =>
  `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>P1</name><Polygon><outerBoundaryIs><LinearRing><coordinates>${coordinates[0]!
    .map(position => position.join(','))
    .join(' ')}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>`
