/** Seeded randomness: the same keys give the same numbers on every run and machine. Nothing here reads clock or locale. */

export type Random = () => number

/** A 32-bit hash of the keys (FNV-1a over their text, finished by murmur3's mixer). */
export function hash(...keys: (string | number)[]): number {
  let h = 0x811c9dc5
  for (const key of keys) {
    const text = String(key)
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
    h = Math.imul(h ^ 0x7c, 0x01000193)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A stream of numbers in [0, 1) that the keys alone decide (mulberry32). */
export function random(...keys: (string | number)[]): Random {
  let state = hash(...keys)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const between = (r: Random, low: number, high: number): number => low + (high - low) * r()

/** A whole number from low to high, both included. */
export const whole = (r: Random, low: number, high: number): number => low + Math.floor(r() * (high - low + 1))

export const chance = (r: Random, probability: number): boolean => r() < probability

export function pick<T>(r: Random, list: readonly T[]): T {
  return list[Math.floor(r() * list.length)]!
}

/** One of the values, as often as its weight says. */
export function weighted<T>(r: Random, choices: readonly (readonly [T, number])[]): T {
  let rest = r() * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of choices) {
    rest -= weight
    if (rest < 0) return value
  }
  return choices[choices.length - 1]![0]
}

/** About normal, mean 0, deviation 1 (sum of twelve). */
export function bell(r: Random): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += r()
  return sum
}

const smooth = (t: number) => t * t * (3 - 2 * t)

/** Value noise in [-1, 1], smooth over one `wavelength` (metres), two octaves. */
export function noise(seed: string, wavelength: number): (x: number, y: number) => number {
  const lattice = new Map<number, number>()
  const corner = (i: number, j: number) => {
    const key = i * 65536 + j
    let value = lattice.get(key)
    if (value === undefined) {
      value = hash(seed, i, j) / 2147483648 - 1
      lattice.set(key, value)
    }
    return value
  }
  const octave = (x: number, y: number) => {
    const i = Math.floor(x)
    const j = Math.floor(y)
    const s = smooth(x - i)
    const t = smooth(y - j)
    const low = corner(i, j) * (1 - s) + corner(i + 1, j) * s
    const high = corner(i, j + 1) * (1 - s) + corner(i + 1, j + 1) * s
    return low * (1 - t) + high * t
  }
  return (x, y) =>
    (2 * octave(x / wavelength, y / wavelength) + octave((2 * x) / wavelength + 31, (2 * y) / wavelength)) / 3
}
