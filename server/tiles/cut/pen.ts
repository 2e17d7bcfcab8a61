import { ByteWriter } from './byte-writer.ts'
import { clipLine, clipRing, newPath, type Path, sizePath } from './clip.ts'
import { type Columns, LINE, POINT } from './columns.ts'
import { HIGH, LOW, type Placing } from './frame.ts'

const MOVE_TO = 1
const LINE_TO = 2
const CLOSE_PATH = 7
const command = (id: number, count: number) => (count << 3) | id

/** The most bytes a place takes: two zigzag numbers of less than 2^14 × 2. */
const PLACE = 10

/**
 * Writes the geometry of features as commands of MVT 2.1 §4.3: cut to the tile and its margin, rounded to whole units,
 * without repeats. What comes out flat, or turned over, is left out.
 */
export class Pen {
  /** The commands of one feature. */
  readonly commands = new ByteWriter()
  readonly #path = newPath()
  /** Rounded places, x y. */
  #rounded = new Int32Array(2048)
  #count = 0
  #x = 0
  #y = 0

  begin(): void {
    this.commands.length = 0
    this.#x = 0
    this.#y = 0
  }

  /** @returns whether anything of the feature is to be seen */
  feature(columns: Columns, feature: number, placing: Placing, level: number): boolean {
    this.begin()
    const { featureEnds, partEnds, kinds, outer } = columns
    const kind = kinds[feature]!
    const end = featureEnds[feature]!
    let part = feature > 0 ? featureEnds[feature - 1]! : 0
    let from = part > 0 ? partEnds[part - 1]! : 0
    let hasOuter = false
    for (; part < end; part++) {
      const to = partEnds[part]!
      const inside = this.#place(columns, from, to, placing, level)
      from = to
      if (kind === POINT) this.#points()
      else if (kind === LINE) {
        if (inside) this.#line(this.#path)
        else clipLine(this.#path, stretch => this.#line(stretch))
      } else {
        const isOuter = outer[part] === 1
        if (!isOuter && !hasOuter) continue
        if (!inside) clipRing(this.#path)
        const drawn = this.#ring(isOuter)
        if (isOuter) hasOuter = drawn
      }
    }
    return this.commands.length > 0
  }

  /** A square, its north-western corner and side in tile units. */
  square(x: number, y: number, side: number): void {
    this.begin()
    this.#rounded.set([x, y, x + side, y, x + side, y + side, x, y + side])
    this.#count = 4
    this.#close()
  }

  point(x: number, y: number): void {
    this.begin()
    this.commands.reserve(PLACE + 8)
    this.commands.varint(command(MOVE_TO, 1))
    this.#go(x, y)
  }

  /** Puts those of a part's vertices that the level needs into the path. @returns whether all are within the margin */
  #place({ x, y, levels }: Columns, from: number, to: number, placing: Placing, level: number): boolean {
    const path = this.#path
    sizePath(path, to - from)
    const { scale, offX } = placing
    let count = 0
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let i = from; i < to; i++) {
      if (levels[i]! > level) continue
      const px = x[i]! * scale + offX
      const py = placing.y(y[i]!)
      if (px < west) west = px
      if (px > east) east = px
      if (py < north) north = py
      if (py > south) south = py
      path.x[count] = px
      path.y[count++] = py
    }
    path.length = count
    return west >= LOW && north >= LOW && east <= HIGH && south <= HIGH
  }

  #points(): void {
    const { x, y, length } = this.#path
    let count = 0
    for (let i = 0; i < length; i++) {
      if (x[i]! < LOW || x[i]! >= HIGH || y[i]! < LOW || y[i]! >= HIGH) continue
      x[count] = x[i]!
      y[count++] = y[i]!
    }
    if (count === 0) return
    this.commands.reserve((count + 1) * PLACE)
    this.commands.varint(command(MOVE_TO, count))
    for (let i = 0; i < count; i++) this.#go(Math.round(x[i]!), Math.round(y[i]!))
  }

  #line(path: Path): void {
    this.#round(path)
    if (this.#count > 1) this.#trace()
  }

  /** @returns whether it was drawn: an outer ring is to have a positive area (§4.3.4.4), a hole a negative one */
  #ring(isOuter: boolean): boolean {
    this.#round(this.#path)
    const rounded = this.#rounded
    const last = this.#count * 2 - 2
    if (last > 0 && rounded[0] === rounded[last] && rounded[1] === rounded[last + 1]) this.#count--
    if (this.#count < 3) return false
    const area = this.#doubleArea()
    if (area === 0 || area > 0 !== isOuter) return false
    this.#close()
    return true
  }

  /** Rounds a path to whole units, each place once. */
  #round({ x, y, length }: Path): void {
    if (this.#rounded.length < length * 2) this.#rounded = new Int32Array(length * 4)
    const rounded = this.#rounded
    let at = 0
    for (let i = 0; i < length; i++) {
      const px = Math.floor(x[i]! + 0.5)
      const py = Math.floor(y[i]! + 0.5)
      if (at > 0 && rounded[at - 2] === px && rounded[at - 1] === py) continue
      rounded[at++] = px
      rounded[at++] = py
    }
    this.#count = at / 2
  }

  /** Positive for clockwise on screen, where y points down. */
  #doubleArea(): number {
    const rounded = this.#rounded
    const end = this.#count * 2
    let sum = 0
    let [lastX, lastY] = [rounded[end - 2]!, rounded[end - 1]!]
    for (let i = 0; i < end; i += 2) {
      const x = rounded[i]!
      const y = rounded[i + 1]!
      sum += lastX * y - x * lastY
      lastX = x
      lastY = y
    }
    return sum
  }

  #trace(): void {
    const { commands } = this
    const rounded = this.#rounded
    commands.reserve((this.#count + 2) * PLACE)
    commands.varint(command(MOVE_TO, 1))
    this.#go(rounded[0]!, rounded[1]!)
    commands.varint(command(LINE_TO, this.#count - 1))
    for (let i = 1; i < this.#count; i++) this.#go(rounded[i * 2]!, rounded[i * 2 + 1]!)
  }

  #close(): void {
    this.#trace()
    this.commands.varint(command(CLOSE_PATH, 1))
  }

  /** Parameters are relative to the place before (§4.3.2). Room is made. */
  #go(x: number, y: number): void {
    this.commands.signed(x - this.#x)
    this.commands.signed(y - this.#y)
    this.#x = x
    this.#y = y
  }
}
