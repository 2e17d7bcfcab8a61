import type { Evaluated } from '../render/evaluate.ts'
import type { LayerRules, WritingMode } from './candidate.ts'
import type { Overlap } from './collision-grid.ts'

export type Placement = 'point' | 'line' | 'line-center'

export const placementOf = (evaluated: Evaluated): Placement => evaluated.value<Placement>('symbol-placement')

export function layerRules(evaluated: Evaluated): LayerRules {
  const value = <T>(name: string) => evaluated.value<T>(name)
  const overlap = (kind: 'text' | 'icon'): Overlap =>
    value<Overlap | undefined>(`${kind}-overlap`) ?? (value<boolean>(`${kind}-allow-overlap`) ? 'always' : 'never')
  const order = value<string>('symbol-z-order')
  const isSorted = evaluated.has('symbol-sort-key')
  return {
    textOverlap: overlap('text'),
    iconOverlap: overlap('icon'),
    textIgnored: value('text-ignore-placement'),
    iconIgnored: value('icon-ignore-placement'),
    textOptional: value('text-optional'),
    iconOptional: value('icon-optional'),
    keepUpright: value('text-keep-upright'),
    iconKeepUpright: value('icon-keep-upright'),
    avoidEdges: value('symbol-avoid-edges'),
    textPadding: value('text-padding'),
    writingModes: [...(value<WritingMode[] | undefined>('text-writing-mode') ?? ['horizontal'])],
    repeatDistance: placementOf(evaluated) === 'line' ? value<number>('symbol-spacing') / 2 : 0,
    zOrder: order === 'source' || (order === 'auto' && isSorted) ? 'source' : 'viewport-y',
    textTranslate: value('text-translate'),
    iconTranslate: value('icon-translate')
  }
}
