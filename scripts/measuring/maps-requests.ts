import type { Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { random } from '../seeding/random.ts'
import { places } from './tile-targets.ts'

/** Denominators, where a pixel is 0.28 mm: a town, a village, some blocks, some houses. */
export const SCALES = [50_000, 20_000, 8000, 2500] as const

/** Pixels a side. */
export const SIDE = 512

/** WMS 1.3.0 has a degree be as long as on the equator. */
const METRES_A_DEGREE = (Math.PI * 6378137) / 180
const PIXEL_METRES = 0.00028

/** The middle of a picture, in degrees, and how much of the ground is in it. */
export interface View {
  x: number
  y: number
  scale: number
}

/** So many views of each scale where a layer has features, in an order by chance that is the same each time. */
export async function viewsOf(db: Database, layer: Layer, perScale: number, seed: string): Promise<View[]> {
  const next = random(seed)
  const spots = (await places(db, layer, 2000)).map(place => ({ place, at: next() })).sort((a, b) => a.at - b.at)
  const views = SCALES.flatMap((scale, s) =>
    Array.from({ length: perScale }, (_, i): View => {
      const { place } = spots[(s * perScale + i) % spots.length]!
      return shifted({ ...place, scale }, 0.4, next)
    })
  )
  return views
    .map(view => ({ view, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ view }) => view)
}

/** The same view, moved by at most a share of its width: mostly the same ground, but never the same picture. */
export function shifted(view: View, share: number, next: () => number): View {
  const by = () => (next() * 2 - 1) * share * widthOf(view)
  return { ...view, x: view.x + by(), y: view.y + by() }
}

const widthOf = ({ scale }: View): number => (SIDE * scale * PIXEL_METRES) / METRES_A_DEGREE

/** GetMap of WMS 1.3.0, as both servers are asked for it: EPSG:4490 has the latitude first. */
export function getMapPath(view: View, layers: readonly string[]): string {
  const half = widthOf(view) / 2
  const box = [view.y - half, view.x - half, view.y + half, view.x + half].map(value => value.toFixed(8))
  const query = new URLSearchParams({
    SERVICE: 'WMS',
    VERSION: '1.3.0',
    REQUEST: 'GetMap',
    LAYERS: layers.join(),
    STYLES: '',
    CRS: 'EPSG:4490',
    BBOX: box.join(),
    WIDTH: String(SIDE),
    HEIGHT: String(SIDE),
    FORMAT: 'image/png',
    TRANSPARENT: 'TRUE'
  })
  return `/wms?${query}`
}
