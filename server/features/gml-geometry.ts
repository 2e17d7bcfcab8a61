import type { Geometry, Position } from 'geojson'
import { element, type XmlElement } from '../lib/xml.ts'

/** `2`: GML 2.1.2 (OGC 02-069), longitude first; `3`: GML 3.1.1 (OGC 03-105r1), in the register's order: latitude first. */
export type GmlVersion = 2 | 3

/** EPSG:4490 as each version writes it. */
const SRS = { 2: 'http://www.opengis.net/gml/srs/epsg.xml#4490', 3: 'urn:ogc:def:crs:EPSG::4490' }

/** A geometry in degrees, longitude first, as GML. */
export const gmlGeometry = (geometry: Geometry, version: GmlVersion): XmlElement =>
  write(geometry, version, { srsName: SRS[version] })

type Attributes = { srsName?: string }

function write(geometry: Geometry, version: GmlVersion, attributes: Attributes = {}): XmlElement {
  switch (geometry.type) {
    case 'Point':
      return element('gml:Point', attributes, positions([geometry.coordinates], version, 'gml:pos'))
    case 'LineString':
      return element('gml:LineString', attributes, positions(geometry.coordinates, version))
    case 'Polygon': {
      const [outer, inner] =
        version === 2 ? ['gml:outerBoundaryIs', 'gml:innerBoundaryIs'] : ['gml:exterior', 'gml:interior']
      const rings = geometry.coordinates.map((ring, i) =>
        element(i === 0 ? outer! : inner!, {}, element('gml:LinearRing', {}, positions(ring, version)))
      )
      return element('gml:Polygon', attributes, ...rings)
    }
    case 'GeometryCollection':
      return many('gml:MultiGeometry', 'gml:geometryMember', geometry.geometries, version, attributes)
    case 'MultiPoint':
      return many('gml:MultiPoint', 'gml:pointMember', parts('Point', geometry.coordinates), version, attributes)
    case 'MultiLineString': {
      const [name, member] =
        version === 2 ? ['gml:MultiLineString', 'gml:lineStringMember'] : ['gml:MultiCurve', 'gml:curveMember']
      return many(name!, member!, parts('LineString', geometry.coordinates), version, attributes)
    }
    case 'MultiPolygon': {
      const [name, member] =
        version === 2 ? ['gml:MultiPolygon', 'gml:polygonMember'] : ['gml:MultiSurface', 'gml:surfaceMember']
      return many(name!, member!, parts('Polygon', geometry.coordinates), version, attributes)
    }
  }
}

const parts = (type: 'Point' | 'LineString' | 'Polygon', coordinates: unknown[]): Geometry[] =>
  coordinates.map(one => ({ type, coordinates: one }) as Geometry)

const many = (name: string, member: string, all: readonly Geometry[], version: GmlVersion, attributes: Attributes) =>
  element(name, attributes, ...all.map(one => element(member, {}, write(one, version))))

function positions(all: readonly Position[], version: GmlVersion, name = 'gml:posList'): XmlElement {
  return version === 2
    ? element('gml:coordinates', {}, all.map(([x, y]) => `${x},${y}`).join(' '))
    : element(name, {}, all.map(([x, y]) => `${y} ${x}`).join(' '))
}
