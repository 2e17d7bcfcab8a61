import type { Geometry, Position } from 'geojson'
import type { LandCheckResult } from '../answer/result.ts'
import { writeTxt } from '../intake/write-txt.ts'
import { classNames } from './classes.ts'
import type { Projected } from './input.ts'
import { sayIn } from './input.ts'

/**
 * The parcel, then what it is partitioned into, as plots of one 界址点坐标 TXT in the working CRS.
 * @param producer 数据产生单位
 * @throws TXT_CRS_UNSUPPORTED where the working CRS is no Gauss-Krüger of CGCS2000
 */
export function partsTxt(result: LandCheckResult, projected: Projected, producer: string): string {
  const { parcel, application, createdAt } = result
  const names = classNames(sayIn('zh'))
  const whole = {
    no: '1',
    name: '地块',
    polygons: polygonsOf(projected.parcel),
    area: parcel.areaPlanar,
    ...(application.intendedUse && { useCode: application.intendedUse.code })
  }
  const net = result.net.flatMap(({ class: land, areaExact: area }, i) => {
    const geometry = projected.net[i]
    const polygons = geometry ? polygonsOf(geometry) : []
    return polygons.length > 0 ? [{ name: names[land], polygons, area }] : []
  })
  const plots = [whole, ...net.map((plot, i) => ({ no: String(i + 2), ...plot }))]
  return writeTxt(plots, { crs: parcel.crsWorking, producer, date: createdAt.slice(0, 10) })
}

/** On the grid a hair of a part may be no area any more: a ring of fewer than three points is none. */
function polygonsOf(geometry: Geometry): Position[][][] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : []
  const all = geometry.type === 'MultiPolygon' ? geometry.coordinates : polygons
  return all.map(rings => (isArea(rings[0]) ? rings.filter(isArea) : [])).filter(rings => rings.length > 0)
}

const isArea = (ring: Position[] = []) => new Set(ring.map(([x, y]) => `${x} ${y}`)).size > 2
