import type { LayerSpecification } from '@maplibre/maplibre-gl-style-spec'

/** A style boiled down to what a legend shows: a swatch, and the classes where colour depends on a field. */
export interface Legend {
  swatch: Swatch
  classes: { field: string; entries: { values: string[]; color: string }[] } | null
  /** From this zoom on something of it is drawn; the tiles may begin earlier. */
  minZoom: number
}

export interface Swatch {
  kind: 'area' | 'line' | 'point' | 'text'
  color: string
  outline: string
  opacity: number
  width: number
  dashed: boolean
}

type Paint = Record<string, unknown>

const PLAIN: Swatch = { kind: 'text', color: '#51606f', outline: 'none', opacity: 1, width: 1, dashed: false }

/** The legend of a layer, from its MapLibre style layers. */
export function legendOf(layers: LayerSpecification[]): Legend {
  return { ...drawnLegend(layers), minZoom: Math.min(...layers.map(layer => layer.minzoom ?? 0)) }
}

function drawnLegend(layers: LayerSpecification[]): Omit<Legend, 'minZoom'> {
  const find = (type: string) => layers.find(layer => layer.type === type)
  const [fill, circle, symbol] = [find('fill'), find('circle'), find('symbol')]
  const line = fill ? find('line') : (layers.findLast(isInk) ?? find('line'))
  const fillPaint = paintOf(fill)
  const linePaint = paintOf(line)
  const width = clamp(plainNumber(linePaint['line-width'], 1), 1, 4)
  const dashed = Array.isArray(linePaint['line-dasharray'])
  if (fill) {
    const outline = line ? linePaint['line-color'] : fillPaint['fill-outline-color']
    const swatch: Swatch = {
      kind: 'area',
      color: plainColor(fillPaint['fill-color'], 'none'),
      outline: plainColor(outline, 'none'),
      opacity: plainNumber(fillPaint['fill-opacity'], 1),
      width,
      dashed
    }
    return { swatch, classes: classesOf(fillPaint['fill-color']) ?? classesOf(outline) }
  }
  if (line) {
    const color = linePaint['line-color']
    return {
      swatch: { ...PLAIN, kind: 'line', color: plainColor(color, '#888'), width, dashed },
      classes: classesOf(color)
    }
  }
  if (circle) {
    const paint = paintOf(circle)
    const swatch: Swatch = {
      ...PLAIN,
      kind: 'point',
      color: plainColor(paint['circle-color'], '#888'),
      outline: plainColor(paint['circle-stroke-color'], 'none')
    }
    return { swatch, classes: classesOf(paint['circle-color']) }
  }
  const color = paintOf(symbol)['text-color']
  return { swatch: { ...PLAIN, color: plainColor(color, PLAIN.color) }, classes: null }
}

/** A line one sees on white paper: neither a white casing nor the white inside of a street. */
const isInk = (layer: LayerSpecification): boolean =>
  layer.type === 'line' && plainColor(paintOf(layer)['line-color'], '#888') !== '#ffffff'

const paintOf = (layer: LayerSpecification | undefined): Paint => (layer?.paint ?? {}) as Paint

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** The outputs of an expression, in the order they stand there. */
function outputs(expression: unknown[]): unknown[] {
  const [operator, ...rest] = expression
  if (operator === 'match') return [...odd(rest.slice(1)), rest.at(-1)]
  if (operator === 'case') return [...odd(rest), rest.at(-1)]
  if (operator === 'step') return [rest[1], ...odd(rest.slice(2))]
  if (typeof operator === 'string' && operator.startsWith('interpolate')) return odd(rest.slice(2))
  return rest
}

const odd = (items: unknown[]) => items.filter((_, index) => index % 2 === 1)

function plainColor(value: unknown, fallback: string): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return fallback
  for (const output of outputs(value)) {
    const color = plainColor(output, '')
    if (/^(#|rgb|hsl)/.test(color)) return color
  }
  return fallback
}

/** A number that an expression comes to when one looks closely: its last output. */
function plainNumber(value: unknown, fallback: number): number {
  if (typeof value === 'number') return value
  if (!Array.isArray(value)) return fallback
  const numbers = outputs(value).map(output => plainNumber(output, Number.NaN))
  return numbers.filter(Number.isFinite).at(-1) ?? fallback
}

function classesOf(value: unknown): Legend['classes'] {
  if (!Array.isArray(value)) return null
  if (value[0] !== 'match') return outputs(value).map(classesOf).find(Boolean) ?? null
  const field = fieldOf(value[1])
  if (!field) return null
  const entries = []
  for (let i = 2; i + 1 < value.length; i += 2) {
    const values = [value[i]].flat().map(String)
    entries.push({ values, color: plainColor(value[i + 1], '#888') })
  }
  return { field, entries }
}

/** The field an expression reads: ["get", field], however wrapped. */
function fieldOf(input: unknown): string | null {
  if (!Array.isArray(input)) return null
  if (input[0] === 'get' && typeof input[1] === 'string') return input[1]
  return input.slice(1).map(fieldOf).find(Boolean) ?? null
}
