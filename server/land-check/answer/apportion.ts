/**
 * Rounds shares of a whole so that they sum to the rounded whole (largest remainder; a tie goes to the first).
 * @param units how many units of display one is: 100 for 0.01 m²
 */
export function apportion(whole: number, shares: readonly number[], units = 100): number[] {
  const total = Math.round(whole * units)
  const scale = shares.reduce((sum, share) => sum + share, 0)
  const exact = shares.map(share => (scale > 0 ? (share / scale) * total : 0))
  const rounded = exact.map(Math.floor)
  const left = total - rounded.reduce((sum, n) => sum + n, 0)
  const order = exact
    .map((value, i) => ({ i, remainder: value - rounded[i]! }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i)
  for (const { i } of order.slice(0, left)) rounded[i]! += 1
  return rounded.map(n => n / units)
}
