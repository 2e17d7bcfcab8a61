/** How numbers are printed: areas to 10⁻⁶ m², lengths to the grid (0.1 mm), shares to 10⁻⁶. Never minus zero. */

const rounded = (value: number, perUnit: number) => Math.round(value * perUnit) / perUnit + 0

/**
 * Shapes on the grid have areas of whole multiples of 5·10⁻⁹ m², so ties come up, and the noise of doubles would decide
 * them one way here and another way a metre on: all of them go up.
 */
const TIE = 1e-10

export const squareM = (area: number): number => rounded(area + TIE, 1e6)
export const lengthM = (length: number): number => rounded(length, 1e4)
export const shareOf = (area: number, whole: number): number => rounded(area / whole, 1e6)
