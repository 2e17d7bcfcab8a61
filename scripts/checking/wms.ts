import type { Ask, Checked, Listed } from './service.ts'

/** CSS pixels of the picture that is asked for. */
const SIDE = 256

/**
 * Protocol `wms`: metadata in both versions; of the layer or map it begins with, a picture of the whole, and every
 * legend and document that the metadata names, each of the type and size it says.
 */
export async function checkWms(service: Listed, ask: Ask): Promise<Checked> {
  const [newer, older] = await Promise.all(
    ['capabilities', 'capabilities111'].map(async name => (await ask(service.urls[name] ?? '')).text())
  )
  if (!newer || !older?.includes('<WMT_MS_Capabilities')) throw new Error('the metadata is not there in both versions')
  const links = [...newer.matchAll(LINKED)].map(([, kind = '', attributes = '', type = '', href = '']) => ({
    kind,
    type,
    href: plain(href),
    size: sizeIn(attributes)
  }))
  for (const { kind, type, href, size } of links) {
    const answer = await ask(href)
    await checkType(answer, type, kind)
    if (size) checkSize(await answer.arrayBuffer(), size, kind)
  }
  const picture = await ask(pictureUrl(newer))
  await checkType(picture, 'image/png', 'the picture')
  const bytes = await picture.arrayBuffer()
  checkSize(bytes, { width: SIDE, height: SIDE }, 'the picture')
  return {
    answer: `${links.length} links, a picture of ${bytes.byteLength} bytes`,
    requests: links.length + 3
  }
}

const LINKED = /<(LegendURL|MetadataURL)([^>]*)><Format>([^<]*)<\/Format><OnlineResource [^>]*xlink:href="([^"]*)"\/>/g

const plain = (text: string): string => text.replaceAll('&amp;', '&')

function sizeIn(attributes: string): { width: number; height: number } | undefined {
  const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(attributes) ?? []
  return width === undefined ? undefined : { width: Number(width), height: Number(height) }
}

async function checkType(answer: Response, type: string, what: string): Promise<void> {
  const found = answer.headers.get('content-type') ?? ''
  if (found !== type) throw new Error(`${what} is ${found}, not ${type}: ${(await answer.text()).slice(0, 200)}`)
}

/** The size that a PNG says it has (RFC 2083 §4.1.1). */
function checkSize(png: ArrayBuffer, size: { width: number; height: number }, what: string): void {
  const view = new DataView(png)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  if (width !== size.width || height !== size.height) {
    throw new Error(`${what} has ${width} × ${height} pixels, not ${size.width} × ${size.height}`)
  }
}

/** The whole of the first layer that has a name, by the address that GetMap is asked for at. */
function pictureUrl(metadata: string): string {
  const address = /<GetMap>.*?xlink:href="([^"]*)"/s.exec(metadata)?.[1]
  const name = /<Name>((?!WMS<)[^<]*)<\/Name>/.exec(metadata)?.[1]
  const [, ...box] =
    /<BoundingBox CRS="EPSG:3857" minx="([^"]*)" miny="([^"]*)" maxx="([^"]*)" maxy="([^"]*)"/.exec(metadata) ?? []
  if (!address || !name || box.length !== 4) throw new Error('the metadata names no layer with a box')
  const query = new URLSearchParams({
    service: 'WMS',
    version: '1.3.0',
    request: 'GetMap',
    layers: name,
    styles: '',
    crs: 'EPSG:3857',
    bbox: box.join(),
    width: String(SIDE),
    height: String(SIDE),
    format: 'image/png'
  })
  return `${plain(address)}${query}`
}
