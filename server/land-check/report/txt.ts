import type { Geometry, Position } from 'geojson'
import type { LandCheckResult } from '../result.ts'
import { writeTxt } from '../write-txt.ts'
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
    return geometry ? [{ name: names[land], polygons: polygonsOf(geometry), area }] : []
  })
  const plots = [whole, ...net.map((plot, i) => ({ no: String(i + 2), ...plot }))]
  return writeTxt(plots, { crs: parcel.crsWorking, producer, date: createdAt.slice(0, 10) })
}

function polygonsOf(geometry: Geometry): Position[][][] {
  if (geometry.type === 'Polygon') return [geometry.coordinates]
  return geometry.type === 'MultiPolygon' ? geometry.coordinates : []
}
