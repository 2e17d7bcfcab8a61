/** How numbers are printed: areas to 10⁻⁶ m², lengths to the grid (0.1 mm), shares to 10⁻⁶. Never minus zero. */

const rounded = (value: number, perUnit: number) => Math.round(value * perUnit) / perUnit + 0

export const squareM = (area: number): number => rounded(area, 1e6)
export const lengthM = (length: number): number => rounded(length, 1e4)
export const shareOf = (area: number, whole: number): number => rounded(area / whole, 1e6)
