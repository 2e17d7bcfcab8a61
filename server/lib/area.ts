import { CGCS2000, type GaussKruger } from './crs.ts'

/**
 * Areas of land. A ring is a closed or open list of [x, y]; an area is a polygon's shell less its holes. Planar areas
 * are exact: coordinates are whole numbers of the grid (0.1 mm), summed as integers.
 */

export type Ring = readonly (readonly [number, number])[]

/**
 * Twice the signed area of a ring of integer coordinates, exact, positive when counter-clockwise. Coordinates are
 * taken relative to the first vertex: products of whole eastings and northings (10⁷ × 10⁷) lose centimetres squared.
 */
export function doubleArea(ring: Ring): bigint {
  const [x0, y0] = ring[0] ?? [0, 0]
  let sum = 0n
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!
    sum += BigInt(x - x0) * BigInt(nextY - y0) - BigInt(nextX - x0) * BigInt(y - y0)
  })
  return sum
}

const magnitude = (n: bigint) => (n < 0n ? -n : n)

/**
 * Planar area of polygons (shell, holes …) in integer grid units, in m².
 * @param gridM what one unit is in metres
 */
export function planarArea(polygons: readonly (readonly Ring[])[], gridM: number): number {
  let doubled = 0n
  for (const rings of polygons) {
    rings.forEach((ring, i) => {
      doubled += i === 0 ? magnitude(doubleArea(ring)) : -magnitude(doubleArea(ring))
    })
  }
  const unitsPerMetre = BigInt(Math.round(1 / gridM))
  const perSquareMetre = 2n * unitsPerMetre * unitsPerMetre
  return Number(doubled / perSquareMetre) + Number(doubled % perSquareMetre) / Number(perSquareMetre)
}

const f = 1 / CGCS2000.inverseFlattening
const b = CGCS2000.a * (1 - f)
const e2 = f * (2 - f)

/** Third flattening and the coefficients of the inverse Krüger series to n⁶ (Karney 2011, eq. 36): below 1 nm. */
const n = f / (2 - f)
const RECTIFYING = (CGCS2000.a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256)
const BETA = [
  n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3 - n ** 4 / 360 - (81 / 512) * n ** 5 + (96199 / 604800) * n ** 6,
  n ** 2 / 48 + n ** 3 / 15 - (437 / 1440) * n ** 4 + (46 / 105) * n ** 5 - (1118711 / 3870720) * n ** 6,
  (17 / 480) * n ** 3 - (37 / 840) * n ** 4 - (209 / 4480) * n ** 5 + (5569 / 90720) * n ** 6,
  (4397 / 161280) * n ** 4 - (11 / 504) * n ** 5 - (830251 / 7257600) * n ** 6,
  (4583 / 161280) * n ** 5 - (108847 / 3991680) * n ** 6,
  (20648693 / 638668800) * n ** 6
]

/**
 * Gauss-Krüger easting northing (metres) to CGCS2000 longitude latitude (radians), longitude from the central
 * meridian. (2550358.457 N, 407761.089 E of EPSG:4547 is 23.05° N, 113.1° E.)
 */
export function inverseGauss(x: number, y: number, gauss: GaussKruger): { lon: number; lat: number } {
  const xi = y / RECTIFYING
  const eta = (x - gauss.falseEasting) / RECTIFYING
  let xi1 = xi
  let eta1 = eta
  BETA.forEach((beta, i) => {
    const k = 2 * (i + 1)
    xi1 -= beta * Math.sin(k * xi) * Math.cosh(k * eta)
    eta1 -= beta * Math.cos(k * xi) * Math.sinh(k * eta)
  })
  const conformal = Math.sin(xi1) / Math.hypot(Math.sinh(eta1), Math.cos(xi1))
  return { lon: Math.atan2(Math.sinh(eta1), Math.cos(xi1)), lat: Math.atan(geodeticTangent(conformal)) }
}

/** tan φ from tan of the conformal latitude, by Newton's method (Karney 2011, eq. 19–21). */
function geodeticTangent(conformal: number): number {
  const e = Math.sqrt(e2)
  let tau = conformal / (1 - e2)
  for (let i = 0; i < 5; i++) {
    const sigma = Math.sinh(e * Math.atanh((e * tau) / Math.hypot(1, tau)))
    const tau1 = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau)
    const step =
      ((conformal - tau1) / Math.hypot(1, tau1)) * ((1 + (1 - e2) * tau ** 2) / ((1 - e2) * Math.hypot(1, tau)))
    tau += step
    if (Math.abs(step) < 1e-16 * Math.max(1, Math.abs(tau))) break
  }
  return tau
}

/** The series of the trapezoid formula, 国土调查办发〔2008〕32号. */
const SERIES = [
  1 + (3 / 6) * e2 + (30 / 80) * e2 ** 2 + (35 / 112) * e2 ** 3 + (630 / 2304) * e2 ** 4,
  (1 / 6) * e2 + (15 / 80) * e2 ** 2 + (21 / 112) * e2 ** 3 + (420 / 2304) * e2 ** 4,
  (3 / 80) * e2 ** 2 + (7 / 112) * e2 ** 3 + (180 / 2304) * e2 ** 4,
  (1 / 112) * e2 ** 3 + (45 / 2304) * e2 ** 4,
  (5 / 2304) * e2 ** 4
]

/** Edges longer than this are divided before they are carried to the ellipsoid (三调 practice). */
const LONGEST_EDGE_M = 70

const ARC_SECOND = Math.PI / 180 / 3600
const toMicroSecond = (radians: number) => (Math.round((radians / ARC_SECOND) * 1e6) / 1e6) * ARC_SECOND
const to6Decimals = (metres: number) => Math.round(metres * 1e6) / 1e6

/**
 * Area on the ellipsoid by the official formula, 国土调查办发〔2008〕32号, with the CGCS2000 constants and the practice
 * of the Third Survey: long edges divided every 70 m, latitude and longitude rounded to 10⁻⁶ arc-second.
 * @param polygons shell, holes … in metres of the Gauss-Krüger zone, easting northing
 * @returns m²
 */
export function ellipsoidalArea(polygons: readonly (readonly Ring[])[], gauss: GaussKruger): number {
  return polygons.reduce(
    (all, rings) =>
      rings.reduce((sum, ring, i) => sum + (i === 0 ? 1 : -1) * Math.abs(ringOnEllipsoid(ring, gauss)), all),
    0
  )
}

function ringOnEllipsoid(ring: Ring, gauss: GaussKruger): number {
  const points = divideEdges(ring).map(([x, y]) => {
    const { lon, lat } = inverseGauss(x, y, gauss)
    return { lon: toMicroSecond(lon + (gauss.centralMeridian * Math.PI) / 180), lat: toMicroSecond(lat) }
  })
  // Every meridian gives the same area of a closed ring; a near one keeps the terms small.
  const meridian = points[0]?.lon ?? 0
  return points.reduce((sum, from, i) => {
    const to = points[(i + 1) % points.length]!
    const width = (from.lon + to.lon) / 2 - meridian
    const half = (to.lat - from.lat) / 2
    const middle = (to.lat + from.lat) / 2
    const terms = SERIES.reduce((all, c, k) => {
      const odd = 2 * k + 1
      return all + (k % 2 === 0 ? 1 : -1) * c * Math.sin(odd * half) * Math.cos(odd * middle)
    }, 0)
    return sum + 2 * b * b * width * terms
  }, 0)
}

function divideEdges(ring: Ring): [number, number][] {
  return ring.flatMap(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!
    const cuts = Math.floor(Math.hypot(nextX - x, nextY - y) / LONGEST_EDGE_M)
    return Array.from({ length: cuts + 1 }, (_, k): [number, number] => {
      const share = k / (cuts + 1)
      return [to6Decimals(x + (nextX - x) * share), to6Decimals(y + (nextY - y) * share)]
    })
  })
}
