import { boundaryPoints } from './boundary.ts'
import { classNames } from './classes.ts'
import { type ReportInput, sayIn } from './input.ts'
import { frameAround, MAP, pathOf } from './map-frame.ts'
import { labelsOf, pointMarks } from './map-labels.ts'
import { mapTexts, northArrow, scaleBar, tickMarks } from './map-ornaments.ts'
import type { Drawing, Ink, LegendGroup, Shape } from './model.ts'

/** The map of a report: the parcel and what it is partitioned into, over what lies around it. */

const PARCEL: Ink = { stroke: '#c4161c', strokeWidth: 1.6 }
const POINT: Ink = { fill: '#ffffff', stroke: '#c4161c', strokeWidth: 0.7 }
const SLIVER: Ink = { fill: '#8e24aa', fillOpacity: 0.9, stroke: '#8e24aa', strokeWidth: 0.8 }
const SUGGESTION: Ink = { stroke: '#1257b8', strokeWidth: 1.1, dash: [4, 2.5] }

/** What the classes of the net partition are filled with. */
export const CLASS_INK: Record<string, Ink> = {
  forbidden: { fill: '#d9362b', fillOpacity: 0.6 },
  restricted: { fill: '#f2a33a', fillOpacity: 0.6 },
  buildable: { fill: '#5aae61', fillOpacity: 0.5 },
  uncovered: { fill: '#9aa0a8', fillOpacity: 0.55 }
}

export function drawMap(input: ReportInput): { drawing: Drawing; legend: LegendGroup[] } {
  const { result, projected, surroundings, face } = input
  const say = sayIn(input.language)
  const inkOf = layerInks(input)
  const frame = frameAround(projected.parcel)
  const points = boundaryPoints(projected.parcel)
  const shape = (geometry: Parameters<typeof pathOf>[0], ink: Ink): Shape => ({
    ...ink,
    path: pathOf(geometry, frame),
    clipped: true
  })
  const shapes = [
    ...surroundings.flatMap(({ layer, geometry }) => {
      const found = face(layer)
      return found ? [shape(geometry, /Line/.test(geometry.type) ? { ...found.ink, fill: 'none' } : inkOf(layer))] : []
    }),
    ...projected.net.flatMap((geometry, i) =>
      geometry ? [shape(geometry, CLASS_INK[result.net[i]!.class] ?? {})] : []
    ),
    ...projected.slivers.map(geometry => shape(geometry, SLIVER)),
    ...projected.suggestions.map(geometry => shape(geometry, { ...SUGGESTION, fill: 'none' })),
    shape(projected.parcel, { ...PARCEL, fill: 'none' }),
    ...pointMarks(points, frame).map(path => ({ ...POINT, path, clipped: true })),
    ...tickMarks(frame),
    ...scaleBar(frame),
    ...northArrow()
  ].filter(({ path }) => path !== '')
  const title = say('地块示意图', 'Map of the parcel')
  const drawing: Drawing = {
    title,
    width: MAP.width,
    height: MAP.height,
    frame: [MAP.left, MAP.top, MAP.frameWidth, MAP.frameHeight],
    shapes,
    texts: [...labelsOf(points, projected.parcel, frame), ...mapTexts(frame, result.parcel.crsWorking, say)]
  }
  return { drawing, legend: legendOf(input) }
}

/**
 * The classes of the parcel itself and the layers that concern it; then, apart, those that lie in the map but do not
 * concern it.
 */
function legendOf(input: ReportInput): LegendGroup[] {
  const { result, surroundings, face, language } = input
  const say = sayIn(language)
  const inkOf = layerInks(input)
  const names = classNames(say)
  const classes = result.net
    .filter(({ geometry, area }) => geometry !== null && area > 0)
    .map(net => ({ text: names[net.class], ink: CLASS_INK[net.class] ?? {}, line: false }))
  const own = [
    { text: say('地块界线', 'Parcel boundary'), ink: PARCEL, line: true },
    ...classes,
    ...(result.slivers.length > 0 ? [{ text: say('细碎图形', 'Slivers'), ink: SLIVER, line: false }] : []),
    ...(result.suggestions.length > 0 ? [{ text: say('建议方案', 'Suggestions'), ink: SUGGESTION, line: true }] : [])
  ]
  const concerned = new Set<string | null>(
    result.rules.filter(({ status }) => status === 'HIT' || status === 'SLIVER').map(r => r.layer)
  )
  const present = [...new Set(surroundings.map(({ layer }) => layer))]
  const entries = (layers: string[]) =>
    layers.flatMap(id => {
      const found = face(id)
      return found ? [{ text: found.title[language], ink: inkOf(id), line: found.line }] : []
    })
  return [
    { title: say('地块', 'Parcel'), entries: own },
    {
      title: say('涉及地块的图层', 'Layers that concern the parcel'),
      entries: entries(present.filter(id => concerned.has(id)))
    },
    {
      title: say('其他图例（图幅内，不涉及地块）', 'Other legend (in the map, not concerning the parcel)'),
      entries: entries(present.filter(id => !concerned.has(id)))
    }
  ].filter(group => group.entries.length > 0)
}

/** What is drawn under the parcel: filled are only zones that decide about land; of the rest the outline is enough. */
function layerInks({ result, face }: ReportInput): (layer: string) => Ink {
  const deciding = result.rules.filter(({ kind, effect }) => kind === 'overlap' && effect !== 'inform')
  const ruled = new Set(result.rules.map(({ layer }) => layer))
  const filled = new Set(deciding.map(({ layer }) => layer))
  return id => {
    const ink = face(id)?.ink ?? {}
    return ruled.has(id) && !filled.has(id) ? { ...ink, fillOpacity: 0 } : ink
  }
}
