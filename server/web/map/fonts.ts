import ranges from '@fontsource/noto-sans-sc/unicode.json'
import type { FontFacesSpecification } from '@maplibre/maplibre-gl-style-spec'
import { address } from '../api/client.ts'

/**
 * Noto Sans SC, cut into a hundred files by character, so that a page fetches only those it shows. The same files
 * serve the page (FontFace) and the map (`font-faces` of the style: a label is drawn once its file has arrived, which
 * matters for the rare characters in village names, 滘 or 埗, that no small subset has).
 */
const regular = import.meta.glob<string>('../../../node_modules/@fontsource/noto-sans-sc/files/*-400-normal.woff2', {
  query: '?url',
  import: 'default',
  eager: true
})
const medium = import.meta.glob<string>('../../../node_modules/@fontsource/noto-sans-sc/files/*-500-normal.woff2', {
  query: '?url',
  import: 'default',
  eager: true
})

interface Slice {
  url: string
  unicodeRange: string
}

function slices(files: Record<string, string>): Slice[] {
  return Object.entries(files).flatMap(([path, url]) => {
    const subset = /noto-sans-sc-(.+)-\d00-normal/.exec(path)?.[1] ?? ''
    const table: Record<string, string> = ranges
    const unicodeRange = table[subset] ?? table[`[${subset}]`]
    return unicodeRange ? [{ url: address(url), unicodeRange }] : []
  })
}

/** Gives the page its font; each file is fetched when a character of it is first shown. */
export function registerFonts(): void {
  for (const [weight, files] of [
    ['400', regular],
    ['500', medium]
  ] as const) {
    for (const { url, unicodeRange } of slices(files)) {
      document.fonts.add(new FontFace('Noto Sans SC', `url("${url}")`, { weight, unicodeRange, display: 'swap' }))
    }
  }
}

/** The fonts that styles name in `text-font`. */
export function mapFontFaces(): FontFacesSpecification {
  const faces = (files: Record<string, string>) =>
    slices(files).map(({ url, unicodeRange }) => ({ url, 'unicode-range': unicodeRange.split(',') }))
  return {
    'Noto Sans SC Regular': faces(regular),
    'Noto Sans SC Medium': faces(medium),
    'Noto Sans SC Bold': faces(medium)
  }
}
