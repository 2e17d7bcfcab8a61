import type { Reading } from './notes.ts'
import { readLine, readPolygon } from './read-area.ts'
import { readFilter } from './read-filter.ts'
import { type Draft, noteIgnored, noteUnits, noteVendorOptions } from './read-parameters.ts'
import { readPoint } from './read-point.ts'
import { readRaster } from './read-raster.ts'
import { readText } from './read-text.ts'
import { scaleToZoom } from './scales.ts'
import { below, elementsOf, textOf, type XmlNode } from './xml-tree.ts'

/** One style layer in the making. */
export interface Part extends Draft {
  /** Which symbolizer of its rule it comes from, and which part of that: parts of one place may become one. */
  place: string
  /** All of them hold. */
  conditions: unknown[]
  minzoom: number
  maxzoom: number
  title: string | undefined
}

interface Rule {
  node: XmlNode
  isElse: boolean
  /** Undefined: of all features. */
  filter: unknown
  minzoom: number
  maxzoom: number
  title: string | undefined
}

/** The style layers of one `FeatureTypeStyle`, a rule after the other. */
export function readRules(reading: Reading, style: XmlNode): Part[] {
  noteIgnored(reading, style, 'Transformation', 'OnlineResource')
  noteVendorOptions(reading, style)
  const rules = elementsOf(style, 'Rule').flatMap(node => reading.attempt(() => [readRule(reading, node)]) ?? [])
  return rules.flatMap(rule => {
    const drafts = readSymbolizers(reading, rule.node)
    return (rule.isElse ? remainders(rule, rules) : [rule]).flatMap(({ filter, minzoom, maxzoom }) =>
      drafts.map(draft => ({ ...draft, minzoom, maxzoom, title: rule.title, conditions: conditionsOf(filter) }))
    )
  })
}

/** @throws NotUnderstood: without its condition the rule would draw what it should not */
function readRule(reading: Reading, node: XmlNode): Rule {
  const filter = below(node, 'Filter')
  const scale = (name: string) => {
    const text = textOf(below(node, name))
    return text ? scaleToZoom(Number(text)) : undefined
  }
  return {
    node,
    isElse: below(node, 'ElseFilter') !== undefined,
    filter: filter && readFilter(reading, filter),
    minzoom: scale('MaxScaleDenominator') ?? 0,
    maxzoom: scale('MinScaleDenominator') ?? 24,
    title: textOf(below(node, 'Description', 'Title') ?? below(node, 'Title'))
  }
}

const conditionsOf = (filter: unknown): unknown[] => {
  if (filter === undefined) return []
  return Array.isArray(filter) && filter[0] === 'all' ? filter.slice(1).flatMap(conditionsOf) : [filter]
}

/** What an `ElseFilter` comes to at each scale: the features that no other rule draws there. */
function remainders(rule: Rule, rules: readonly Rule[]): { filter: unknown; minzoom: number; maxzoom: number }[] {
  const others = rules.filter(({ isElse }) => !isElse)
  const edges = [rule, ...others].flatMap(({ minzoom, maxzoom }) => [minzoom, maxzoom])
  const inside = [...new Set(edges)].filter(zoom => zoom >= rule.minzoom && zoom <= rule.maxzoom).sort((a, b) => a - b)
  return inside.slice(1).flatMap((maxzoom, i) => {
    const minzoom = inside[i]!
    const there = others.filter(other => other.minzoom < maxzoom && other.maxzoom > minzoom)
    if (there.some(({ filter }) => filter === undefined)) return []
    const [first] = there
    const any = there.length === 1 ? first?.filter : ['any', ...there.map(({ filter }) => filter)]
    return [{ filter: there.length === 0 ? undefined : ['!', any], minzoom, maxzoom }]
  })
}

function readSymbolizers(reading: Reading, rule: XmlNode): (Draft & { place: string })[] {
  return elementsOf(rule).flatMap(node => {
    const read = isForLegend(node) ? [] : readSymbolizer(reading, node)
    if (read.length === 0) return []
    noteUnits(reading, node)
    noteVendorOptions(reading, node)
    if (below(node, 'Geometry', 'Function'))
      reading.note(node, '忽略几何函数', 'the function of the geometry is left out')
    // Names and filters before it differ from rule to rule.
    const place = elementsOf(rule)
      .filter(other => other.name.endsWith('Symbolizer'))
      .indexOf(node)
    return read.map(draft => ({ ...draft, place: `${place} ${draft.role}` }))
  })
}

/** GeoServer's way to have in a legend what is not on the map. */
const isForLegend = (symbolizer: XmlNode): boolean =>
  elementsOf(symbolizer, 'VendorOption').some(
    option => option.attributes['name'] === 'inclusion' && textOf(option) === 'legendOnly'
  )

function readSymbolizer(reading: Reading, node: XmlNode): Draft[] {
  const isOfPictures = node.name === 'RasterSymbolizer'
  if (node.name.endsWith('Symbolizer') && isOfPictures !== (reading.kind === 'raster')) {
    reading.note(node, `忽略 ${node.name}：不适用于此图层`, `${node.name} is left out: it is not for such a layer`)
    return []
  }
  switch (node.name) {
    case 'RasterSymbolizer':
      return [readRaster(reading, node)]
    case 'PolygonSymbolizer':
      if (reading.kind === 'polygon') return readPolygon(reading, node)
      reading.note(node, '图层不是面，忽略面符号', 'the layer has no areas; the symbol for areas is left out')
      return []
    case 'LineSymbolizer':
      if (reading.kind !== 'point') return readLine(reading, node)
      reading.note(node, '图层是点，忽略线符号', 'the layer has points; the symbol for lines is left out')
      return []
    case 'PointSymbolizer':
      return readPoint(reading, node)
    case 'TextSymbolizer':
      return readText(reading, node)
    default:
      if (node.name.endsWith('Symbolizer')) reading.note(node, `忽略 ${node.name}`, `${node.name} is left out`)
      return []
  }
}
