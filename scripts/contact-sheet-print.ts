import type { Subject } from './contact-sheet-camera.ts'
import { PAGES } from './contact-sheet-page.ts'

/** A subject and its picture, a data: URL; '' where there is none. */
export interface Thumbnail extends Subject {
  picture: string
  faults: string[]
}

/** Thumbnails in a row, and the size of each in pixels. */
export interface Grid {
  columns: number
  width: number
  height: number
}

const asText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The page that is printed: the thumbnails in a grid, each with its names and what went wrong. */
export const sheetPage = (
  thumbnails: readonly Thumbnail[],
  { columns, width, height }: Grid
) => `<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="${PAGES}400.css">
<style>
  body { margin: 12px; font: 12px/1.35 'Noto Sans SC', sans-serif; color: #2b3038; background: #fff }
  main { display: grid; grid-template-columns: repeat(${columns}, ${width}px); gap: 12px }
  figure { margin: 0 } img, .none { display: block; width: ${width}px; height: ${height}px; border: 1px solid #c9ced6; box-sizing: border-box }
  .none { background: repeating-linear-gradient(45deg, #f3f4f6 0 8px, #fff 8px 16px) }
  figcaption { margin-top: 3px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
  small { color: #7a828e } .fault { color: #c0392b }
</style><main>${thumbnails
  .map(
    ({
      id,
      title,
      picture,
      faults,
      group
    }) => `<figure>${picture ? `<img src="${picture}">` : '<div class="none"></div>'}
<figcaption>${asText(title.zh)} <small>${asText(group)}/${id}</small><br><small>${asText(title.en)}</small>
${faults.map(fault => `<br><span class="fault">${asText(fault)}</span>`).join('')}</figcaption></figure>`
  )
  .join('')}</main>`
