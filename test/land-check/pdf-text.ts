import { inflateSync } from 'node:zlib'

/** Reads the text of a PDF back, page by page, by the ToUnicode maps that copying and searching go by. */
export function pdfPages(pdf: Buffer): string[] {
  const objects = objectsOf(pdf)
  const dictionary = (id: string | undefined) => objects.get(Number(id))?.dictionary ?? ''
  const fonts = new Map<string, Map<number, string>>()
  for (const { dictionary: resources } of objects.values()) {
    const named = /\/Font <<([^>]*)>>/s.exec(resources)?.[1] ?? ''
    for (const [, name, id] of named.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(dictionary(id))?.[1]
      fonts.set(name!, unicodeOf(objects.get(Number(unicode))?.stream ?? ''))
    }
  }
  const pages = [...objects.values()].filter(object => /\/Type \/Page\b/.test(object.dictionary))
  return pages.map(({ dictionary: page }) => {
    const contents = /\/Contents (\d+) 0 R/.exec(page)?.[1]
    return shownText(objects.get(Number(contents))?.stream ?? '', fonts)
  })
}

interface PdfObject {
  dictionary: string
  stream: string
}

function objectsOf(pdf: Buffer): Map<number, PdfObject> {
  const text = pdf.toString('latin1')
  const objects = new Map<number, PdfObject>()
  for (const match of text.matchAll(/^(\d+) 0 obj\n(.*?)\nendobj$/gms)) {
    const [, id, body = ''] = match
    const [, dictionary = body, packed] = /^(.*?)\nstream\n(.*)\nendstream$/s.exec(body) ?? []
    const deflated = packed !== undefined && dictionary.includes('/FlateDecode')
    const stream = deflated ? inflateSync(Buffer.from(packed, 'latin1')).toString('latin1') : (packed ?? '')
    objects.set(Number(id), { dictionary, stream })
  }
  return objects
}

/** By glyph; pdfkit writes one list for each range of glyphs. */
function unicodeOf(cmap: string): Map<number, string> {
  const map = new Map<number, string>()
  for (const [, first = '', , list = ''] of cmap.matchAll(/<(\w+)> <(\w+)> \[(.*?)\]/gs)) {
    list.match(/<([\w ]+)>/g)?.forEach((code, i) => {
      const units = code.replace(/[<> ]/g, '').match(/.{4}/g) ?? []
      map.set(Number.parseInt(first, 16) + i, String.fromCharCode(...units.map(unit => Number.parseInt(unit, 16))))
    })
  }
  return map
}

function shownText(content: string, fonts: Map<string, Map<number, string>>): string {
  let font: Map<number, string> | undefined
  let text = ''
  for (const [, name, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/gs)) {
    if (name) font = fonts.get(name)
    else {
      const glyphs = (shown?.match(/<(\w*)>/g) ?? []).flatMap(hex => hex.slice(1, -1).match(/.{4}/g) ?? [])
      text += `${glyphs.map(glyph => font?.get(Number.parseInt(glyph, 16)) ?? '?').join('')}\n`
    }
  }
  return text
}
