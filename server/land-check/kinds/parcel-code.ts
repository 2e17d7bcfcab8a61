/** 宗地代码 (19 characters) and 不动产单元号 (28): 12 of division and cadastral area, 2 of 宗地特征码, then numbers. */

const CODED = /^\d{12}([GJZ][ABSXCDEFHGWY])\d{5}/

/** 宗地特征码, characters 13–14 (GB/T 37346-2019); null for a code of another shape. */
export const featureCodeOf = (code: string | null): string | null => CODED.exec(code ?? '')?.[1] ?? null

/** A code that tells the place and the kind of a parcel, but not which one it is: its numbers are struck out. */
export function maskCode(code: string): string {
  const shown = CODED.test(code) ? 14 : Math.min(12, Math.floor(code.length / 2))
  return code.slice(0, shown) + '*'.repeat(code.length - shown)
}
