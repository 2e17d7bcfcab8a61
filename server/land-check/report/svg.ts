import { escapeHtml } from '../../lib/html.ts'
import type { Drawing, DrawnText, Ink, Shape } from './model.ts'

/** A drawing as inline SVG, by attributes alone: a strict Content-Security-Policy forbids style attributes. */
export function svgOf(drawing: Drawing, id: string): string {
  const { width, height, frame, shapes, texts, title } = drawing
  const [x, y, w, h] = frame
  const inside = shapes.filter(({ clipped }) => clipped)
  const over = shapes.filter(({ clipped }) => !clipped)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}" role="img"><title>${escapeHtml(title)}</title>
<clipPath id="${id}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath>
<g clip-path="url(#${id})">${inside.map(shapeOf).join('')}</g>${over.map(shapeOf).join('')}${texts.map(textOf).join('')}</svg>`
}

const shapeOf = (shape: Shape) => `<path d="${shape.path}" fill-rule="evenodd"${inkAttributes(shape)}/>`

/** The fill and stroke of an ink as SVG attributes. */
export function inkAttributes({ fill, fillOpacity, stroke, strokeWidth, dash }: Ink): string {
  const attributes: [string, string | number | undefined][] = [
    ['fill', fill ?? 'none'],
    ['fill-opacity', fillOpacity],
    ['stroke', stroke],
    ['stroke-width', strokeWidth],
    ['stroke-dasharray', dash?.join(' ')]
  ]
  return attributes
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')
}

function textOf({ x, y, text, size, anchor, color = '#000000', bold, halo, upwards }: DrawnText): string {
  const attributes = [
    `x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${color}"`,
    bold ? ' font-weight="bold"' : '',
    halo ? ' stroke="#ffffff" stroke-width="2" paint-order="stroke" stroke-linejoin="round"' : '',
    upwards ? ` transform="rotate(-90 ${x} ${y})"` : ''
  ]
  return `<text ${attributes.join('')}>${escapeHtml(text)}</text>`
}
