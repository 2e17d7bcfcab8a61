import type { RawFeature } from 'geojson-vt'

/**
 * A feature's geometry as the commands of a Mapbox Vector Tile (MVT 2.1 §4.3), from geojson-vt's raw tile. Cutting and
 * rounding leave parts that fell flat or turned over; they are left out.
 */

/** x y x y … in tile units, without repeats; a ring's first place is not repeated at its end. */
type Places = number[]
type RawPart = ArrayLike<number>

const MOVE_TO = 1
const LINE_TO = 2
const CLOSE_PATH = 7
const command = (id: number, count: number) => (count << 3) | id

/** @returns commands and parameters; empty where nothing is left to draw */
export function geometryCommands(feature: RawFeature): number[] {
  const pen = new Pen()
  switch (feature.type) {
    case 4:
      pen.points([Math.round(feature.x), Math.round(feature.y)])
      break
    case 1:
      pen.points(feature.geometry)
      break
    case 2:
      for (const line of feature.geometry.map(withoutRepeats)) if (line.length > 2) pen.line(line)
      break
    case 3:
      for (const ring of polygonRings(feature.geometry)) pen.ring(ring)
  }
  return pen.commands
}

/** Writes parameters relative to the place before, zigzag encoded (§4.3.2). */
class Pen {
  readonly commands: number[] = []
  #x = 0
  #y = 0

  points(places: RawPart): void {
    if (places.length > 0) this.commands.push(command(MOVE_TO, places.length / 2))
    this.#go(places, 0)
  }

  line(places: Places): void {
    this.commands.push(command(MOVE_TO, 1))
    this.#go(places, 0, 2)
    this.commands.push(command(LINE_TO, places.length / 2 - 1))
    this.#go(places, 2)
  }

  ring(places: Places): void {
    this.line(places)
    this.commands.push(command(CLOSE_PATH, 1))
  }

  #go(places: RawPart, from: number, to = places.length): void {
    for (let i = from; i < to; i += 2) {
      const [dx, dy] = [places[i]! - this.#x, places[i + 1]! - this.#y]
      this.commands.push((dx << 1) ^ (dx >> 31), (dy << 1) ^ (dy >> 31))
      this.#x += dx
      this.#y += dy
    }
  }
}

function withoutRepeats(part: RawPart): Places {
  const places: Places = []
  for (let i = 0; i < part.length; i += 2) {
    const [x, y] = [part[i]!, part[i + 1]!]
    if (places.length === 0 || places.at(-2) !== x || places.at(-1) !== y) places.push(x, y)
  }
  return places
}

/**
 * Outer rings of positive area, each followed by its holes of negative area (§4.3.4.4). A hole outside the box of the
 * outer ring before it, or without one, is an outer ring so thin that rounding turned it over: nobody would see it.
 */
function polygonRings(parts: readonly RawPart[]): Places[] {
  const rings: Places[] = []
  let outer: Places | undefined
  for (const part of parts) {
    const ring = withoutRepeats(part)
    if (ring[0] === ring.at(-2) && ring[1] === ring.at(-1)) ring.length -= 2
    const area = ring.length >= 6 ? doubleArea(ring) : 0
    if (area > 0) outer = ring
    if (area > 0 || (area < 0 && outer && boxWithin(ring, outer))) rings.push(ring)
  }
  return rings
}

/** Positive for clockwise on screen, where y points down. */
function doubleArea(ring: Places): number {
  let sum = 0
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    sum += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!
  }
  return sum
}

function boxWithin(inner: Places, outer: Places): boolean {
  const [a, b] = [boxOf(inner), boxOf(outer)]
  return a.west >= b.west && a.north >= b.north && a.east <= b.east && a.south <= b.south
}

function boxOf(places: Places) {
  const box = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity }
  for (let i = 0; i < places.length; i += 2) {
    box.west = Math.min(box.west, places[i]!)
    box.east = Math.max(box.east, places[i]!)
    box.north = Math.min(box.north, places[i + 1]!)
    box.south = Math.max(box.south, places[i + 1]!)
  }
  return box
}
