/** What became of requests for tiles of one subject at one zoom, and of the work they made. */
export interface ZoomCounts {
  /** Answers that were there, ready to be sent. */
  hits: number
  misses: number
  /** Requests that waited for a tile somebody else was having made. */
  coalesced: number
  /** Answers that said the client has the tile already. */
  unchanged: number
  /** Answers with a tile of an earlier revision, as the present one could not be made. */
  stale: number
  /** Bytes of the tiles sent, as they were sent. */
  bytes: number
  /** Layers' parts of tiles that were cut, and the seconds that took, waiting not counted. */
  cuts: number
  seconds: number
  /** Parts for which there was no place, or not in time. */
  refused: number
  /** Parts that could not be made for another reason. */
  failed: number
}

export type CountName = keyof ZoomCounts

const none = (): ZoomCounts => ({
  hits: 0,
  misses: 0,
  coalesced: 0,
  unchanged: 0,
  stale: 0,
  bytes: 0,
  cuts: 0,
  seconds: 0,
  refused: 0,
  failed: 0
})

/** Counts by subject (a layer, a map, or SEVERAL) and zoom: as many as the catalogue has, whatever is asked for. */
export class TileCounts {
  readonly #bySubject = new Map<string, ZoomCounts[]>()

  of(subject: string, zoom: number): ZoomCounts {
    const zooms = this.#bySubject.get(subject) ?? []
    const known = zooms[zoom]
    if (known) return known
    const counts = none()
    zooms[zoom] = counts
    this.#bySubject.set(subject, zooms)
    return counts
  }

  sum(name: CountName): number {
    let sum = 0
    for (const [, , counts] of this.entries()) sum += counts[name]
    return sum
  }

  /** Subject, zoom and counts of all that was ever counted. */
  *entries(): Generator<[subject: string, zoom: number, counts: ZoomCounts]> {
    for (const [subject, zooms] of this.#bySubject) {
      for (const [zoom, counts] of zooms.entries()) if (counts) yield [subject, zoom, counts]
    }
  }
}

/** What is asked for as layers joined by commas counts as one subject: their combinations have no end. */
export const SEVERAL = 'several'
