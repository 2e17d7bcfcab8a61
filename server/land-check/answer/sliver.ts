import type { Part } from '../measure/measure.ts'

/**
 * Divides overlap parts into real ones and digitising slivers (reference: land-check §3.4). A part is a sliver when it
 * is small and thin; when the slivers together are not small, none of them is.
 * @param limit m², for one part and for all slivers together; null: nothing is a sliver
 */
export function splitParts(parts: readonly Part[], limit: number | null): { real: Part[]; slivers: Part[] } {
  const isSliver = (part: Part) => limit !== null && part.thin && part.area <= limit
  const slivers = parts.filter(isSliver)
  if (limit === null || totalArea(slivers) > limit) return { real: [...parts], slivers: [] }
  return { real: parts.filter(part => !isSliver(part)), slivers }
}

export const totalArea = (parts: readonly Part[]): number => parts.reduce((sum, { area }) => sum + area, 0)

/** The width of the rectangle that has this area and perimeter; a rounder shape has none and gets a square's. */
export function equivalentWidth({ area, perimeter }: { area: number; perimeter: number }): number {
  const half = perimeter / 2
  return (half - Math.sqrt(Math.max(0, half * half - 4 * area))) / 2
}
