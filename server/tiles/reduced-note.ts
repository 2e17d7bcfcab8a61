/**
 * What a reduced MVT layer says of itself: how many features it shows as they are, and of how many. The fields of a
 * Layer message from 16 on are for extensions (vector_tile.proto: `extensions 16 to max`); clients pass over those they
 * do not know.
 */
export const REDUCED = { shown: 16, total: 17 }

/**
 * How a count is written: 16 more of it, times eight. A reader that takes the value of a field it does not know for the
 * next tag (mapbox-vector-tile 0.3 does) finds another field that it does not know, and passes over it as well.
 */
export const noteOf = (count: number): number => (count + 16) * 8

/** The count again. */
export const countOf = (note: number): number => note / 8 - 16
