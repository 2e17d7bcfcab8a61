import { coordinatesOf, type GivenPlot, type Note, type Plot, type Polygons, type Position } from './given.ts'
import { orProblem } from './or-problem.ts'
import { place, readFrame, type TxtFrame } from './txt-header.ts'
import { addNote, splitTxt } from './txt-lines.ts'
import { readPlots, refuseOtherThanPolygon, type TxtPlot } from './txt-plots.ts'
import { polygonsOf, ringsOf } from './txt-rings.ts'

/**
 * Reads a 界址点坐标 TXT (reference: land-check §2.7): its plots, each a polygon in easting northing of the declared zone,
 * or the problem that it has. Variants in use are tolerated and noted with their line; what could place the land
 * elsewhere (zone, axes, datum, transformation, missing lines) is refused.
 * @param declared the CRS of the request, for a file without header
 * @throws TXT_UNREADABLE, DATUM_FOREIGN, TXT_TRANSFORMATION, TXT_ZONE_MISMATCH, CRS_UNDECLARED for the file as a whole
 */
export function readTxt(text: string, declared?: string): Plot[] {
  const blocks = splitTxt(text)
  const frame = readFrame(blocks, declared)
  return readPlots(blocks.plots).map(({ no, name, ...plot }, i) => ({
    no: no || String(i + 1),
    name,
    parcel: orProblem(() => readPlot({ no, name, ...plot }, frame, blocks.notes))
  }))
}

function readPlot(plot: TxtPlot, frame: TxtFrame, fileNotes: Note[]): GivenPlot {
  refuseOtherThanPolygon(plot)
  const notes = fileNotes.map(note => ({ ...note }))
  const { crs, points } = place(plot.vertices, frame, notes)
  const rings = ringsOf(plot)
  const polygons = polygonsOf(rings, new Map(plot.vertices.map((vertex, i) => [vertex, points[i]!])), plot.notes)
  const declaredArea = readArea(plot, areaOf(polygons))
  return {
    source: 'txt',
    ...coordinatesOf(polygons),
    vertices: plot.vertices.length,
    decimals: Math.max(0, ...plot.vertices.map(({ decimals }) => decimals)),
    hasZ: plot.hasZ,
    crs,
    notes: [...notes, ...plot.notes],
    declaredArea
  }
}

/** Half the last of the four decimals of a hectare, and 0.1 %. */
export const declaredTolerance = (area: number): number => 0.5 + 0.001 * area

/** m²: hectares as the standard has it, or m² where only that comes near the polygon. */
function readArea({ area, line, notes }: TxtPlot, measured: number): number | null {
  const value = /^\d+(\.\d*)?$/.test(area) ? Number(area) : 0
  if (value <= 0) {
    addNote(notes, 'TXT_AREA_ABSENT', line)
    return null
  }
  const hectares = Math.round(value * 1e8) / 1e4
  if (Math.abs(hectares - measured) <= declaredTolerance(measured)) return hectares
  const ratio = (declared: number) => Math.abs(Math.log(declared / measured))
  if (measured > 0 && ratio(value) < ratio(hectares)) {
    addNote(notes, 'TXT_AREA_IN_M2', line)
    return value
  }
  return hectares
}

/** m²; near enough to compare by. */
function areaOf(polygons: Polygons): number {
  return polygons.reduce(
    (all, rings) => rings.reduce((sum, ring, i) => sum + (i === 0 ? 1 : -1) * Math.abs(ringArea(ring)), all),
    0
  )
}

function ringArea(ring: Position[]): number {
  const [x0, y0] = ring[0] ?? [0, 0]
  return (
    ring.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = ring[(i + 1) % ring.length]!
      return sum + (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)
    }, 0) / 2
  )
}
