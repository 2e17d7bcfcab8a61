import type { StyleLayer } from '../../catalog/layer.ts'
import type { XmlElement } from '../../lib/xml.ts'
import { conditionAt, type Properties } from './expression-tree.ts'
import { type Band, scaleBands } from './scale-bands.ts'
import { zoomToScale } from './scales.ts'
import { inSteps, type StyleClass, splitClasses } from './split-classes.ts'
import { valueAt } from './style-values.ts'
import { writeFilter } from './write-filter.ts'
import { writeSymbolizers } from './write-symbolizers.ts'
import type { Writing } from './writing.ts'

/** What is drawn in SLD as it is here; of other properties a note is left. */
const SAID = new Set([
  'fill-color',
  'fill-opacity',
  'fill-pattern',
  'fill-outline-color',
  'line-color',
  'line-opacity',
  'line-width',
  'line-pattern',
  'line-join',
  'line-cap',
  'line-offset',
  'line-dasharray',
  'circle-color',
  'circle-opacity',
  'circle-radius',
  'circle-stroke-color',
  'circle-stroke-opacity',
  'circle-stroke-width',
  'icon-image',
  'icon-size',
  'icon-opacity',
  'icon-rotate',
  'text-field',
  'text-font',
  'text-size',
  'text-color',
  'text-opacity',
  'text-halo-color',
  'text-halo-width',
  'text-anchor',
  'text-offset',
  'text-rotate',
  'raster-opacity',
  'symbol-placement',
  'symbol-spacing',
  'visibility'
])

/** The rules that draw one style layer: one for each class at each scale. */
export function writeRules(writing: Writing, item: StyleLayer): XmlElement[] {
  const properties = propertiesOf(writing, item)
  if (item.layout?.['visibility'] === 'none') return []
  const classes = splitClasses(properties)
  const valuesAt = (zoom: number) =>
    classes.flatMap(({ properties }) => Object.keys(properties).map(name => valueAt(item, properties, name, zoom)))
  return scaleBands(item, valuesAt).flatMap(band => writeBand(writing, item, classes, band))
}

function propertiesOf(writing: Writing, item: StyleLayer): Properties {
  const all = { ...item.layout, ...item.paint }
  const unsaid = Object.keys(all).filter(name => !SAID.has(name))
  for (const name of unsaid) writing.note(item, { zh: `SLD 没有 ${name}`, en: `SLD has no ${name}` })
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => SAID.has(name))
      .map(([name, value]) => [name, writing.isSe ? value : inSteps(value)])
  )
}

interface WrittenClass {
  one: StyleClass
  symbolizers: XmlElement[]
}

function writeBand(writing: Writing, item: StyleLayer, classes: readonly StyleClass[], band: Band): XmlElement[] {
  const filter = item.filter === undefined ? true : conditionAt(item.filter, band.at)
  if (filter === false) return []
  const written = classes.flatMap((one): WrittenClass[] => {
    const look = { type: item.type, value: (name: string) => valueAt(item, one.properties, name, band.at) }
    const symbolizers = writing.attempt(item, () => writeSymbolizers(writing, look))
    return symbolizers && symbolizers.length > 0 ? [{ one, symbolizers }] : []
  })
  // The last of classes that are all drawn is whatever the others are not.
  const isElse = ({ one }: WrittenClass) =>
    filter === true && written.length > 1 && written.length === classes.length && one === classes.at(-1)
  return written.flatMap(
    each => writing.attempt(item, () => writeRule(writing, item, each, band, isElse(each) ? 'else' : filter)) ?? []
  )
}

function writeRule(
  writing: Writing,
  item: StyleLayer,
  { one, symbolizers }: WrittenClass,
  { minzoom, maxzoom, at }: Band,
  filter: unknown
): XmlElement {
  const conditions = one.conditions.map(condition => conditionAt(condition, at))
  const condition = filter === 'else' ? writing.element('ElseFilter') : writeFilter(writing, [filter, ...conditions])
  const title = titleOf(writing, [filter, ...conditions]) ?? item.id
  return writing.element(
    'Rule',
    writing.isSe ? writing.element('Description', writing.element('Title', title)) : writing.element('Title', title),
    ...(condition ? [condition] : []),
    ...(maxzoom < 24 ? [writing.element('MinScaleDenominator', String(zoomToScale(maxzoom)))] : []),
    ...(minzoom > 0 ? [writing.element('MaxScaleDenominator', String(zoomToScale(minzoom)))] : []),
    ...symbolizers
  )
}

/** What the values of a class stand for. */
function titleOf({ options }: Writing, conditions: readonly unknown[]): string | undefined {
  const titles = conditions.flatMap(condition => {
    const [operator, input, labels] = Array.isArray(condition) ? condition : []
    if ((operator !== 'match' && operator !== '==') || !Array.isArray(input) || input[0] !== 'get') return []
    const all = [labels].flat() as (string | number)[]
    return [all.map(label => options.titleOf?.(String(input[1]), label) ?? String(label)).join('、')]
  })
  return titles.join(' · ').slice(0, 200) || undefined
}
