import type { Polygons, Position } from './given.ts'

/**
 * The shifted datums of Chinese web maps, taken back by the formulas that are published (and not official): GCJ-02 by
 * its shift at the place found so far, BD-09 by its inverse to GCJ-02. Good to decimetres at best, so what comes out of
 * them is for looking at, never for a verdict. Degrees, longitude latitude.
 */

export type MapDatum = 'GCJ-02' | 'BD-09'

const AXIS = 6378245
const E2 = 0.006693421622965943
const X_PI = (Math.PI * 3000) / 180

export function fromMapDatum(polygons: Polygons, datum: MapDatum): Polygons {
  const back = datum === 'BD-09' ? (point: Position) => fromGcj(fromBaidu(point)) : fromGcj
  return polygons.map(rings => rings.map(ring => ring.map(back)))
}

/** Four rounds end below 10⁻⁹°: the shift changes by 1 in 10⁴ over its own length. */
function fromGcj(shifted: Position): Position {
  let point = shifted
  for (let i = 0; i < 4; i++) {
    const [dLon, dLat] = gcjShift(point)
    point = [shifted[0] - dLon, shifted[1] - dLat]
  }
  return point
}

/** Longitude latitude as GCJ-02 has it. */
export function toGcj([lon, lat]: Position): Position {
  const [dLon, dLat] = gcjShift([lon, lat])
  return [lon + dLon, lat + dLat]
}

function gcjShift([lon, lat]: Position): Position {
  const x = lon - 105
  const y = lat - 35
  const waves = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3)
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    waves +
    (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3) +
    (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3)
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    waves +
    (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3) +
    (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3)
  const phi = (lat / 180) * Math.PI
  const magic = 1 - E2 * Math.sin(phi) ** 2
  const root = Math.sqrt(magic)
  return [
    (east * 180) / ((AXIS / root) * Math.cos(phi) * Math.PI),
    (north * 180) / (((AXIS * (1 - E2)) / (magic * root)) * Math.PI)
  ]
}

function fromBaidu([lon, lat]: Position): Position {
  const x = lon - 0.0065
  const y = lat - 0.006
  const z = Math.hypot(x, y) - 0.00002 * Math.sin(y * X_PI)
  const theta = Math.atan2(y, x) - 0.000003 * Math.cos(x * X_PI)
  return [z * Math.cos(theta), z * Math.sin(theta)]
}
