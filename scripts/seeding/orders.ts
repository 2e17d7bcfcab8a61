import type { Spot } from './draw.ts'
import type { Feature } from './feature.ts'
import { workOrders } from './layers-points.ts'
import type { Plan } from './plan.ts'
import type { Point } from './plane.ts'
import { random } from './random.ts'

/** A work order that another layer refers to, where it is. */
export interface Ordered extends Spot {
  order: Feature['values']
}

function* ordersWith(plan: Plan, keep: (values: Feature['values']) => boolean): Iterable<Ordered & { at: Point }> {
  let face = 0
  for (const { shape, values } of workOrders(plan)) {
    if (shape.type !== 'Point' || !keep(values)) continue
    face = plan.world.mesh.find(shape.at, face)
    yield { shape, face, order: values, at: shape.at }
  }
}

/** Orders that several departments must answer together: the most urgent. */
export const urgentOrders = (plan: Plan): Iterable<Ordered> => ordersWith(plan, ({ urgency }) => urgency !== '1')

/** Appeals by telephone or phone app: often several about one matter. */
export function* appeals(plan: Plan): Iterable<Ordered> {
  for (const order of ordersWith(plan, ({ source }) => source === '1' || source === '2')) {
    const r = random(plan.world.seed, 'appeal', String(order.order.order_no))
    for (let many = r() < 0.72 ? 1 : r() < 0.7 ? 2 : 4; many > 0; many--) {
      const at: Point = [order.at[0] + 40 * (r() - 0.5), order.at[1] + 40 * (r() - 0.5)]
      yield { ...order, shape: { type: 'Point', at } }
    }
  }
}

/** What drones and satellites saw and an order was made of. */
export const sightings = (plan: Plan): Iterable<Ordered> => ordersWith(plan, ({ source }) => source === '5')
