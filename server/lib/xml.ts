/** XML documents built from nodes, so that nothing is written unescaped (XML 1.0, 5th edition). */

export interface XmlElement {
  name: string
  attributes: XmlAttributes
  children: readonly XmlChild[]
}

/** An attribute that is undefined is left out. */
export type XmlAttributes = Readonly<Record<string, string | number | undefined>>
/** What `printElement` made, to be taken over as it stands. */
export interface PrintedXml {
  printed: string
}

export type XmlChild = XmlElement | PrintedXml | string | number

/** An element; text among its children is escaped when it is printed. Names are the program's own. */
export function element(name: string, attributes: XmlAttributes, ...children: XmlChild[]): XmlElement {
  return { name, attributes, children }
}

/** The whole document, with its declaration; without white space between elements. */
export function printXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${printElement(root)}`
}

/** One element, to stand in a document. */
export function printElement({ name, attributes, children }: XmlElement): string {
  let text = `<${name}`
  for (const key in attributes) {
    const value = attributes[key]
    if (value !== undefined) text += ` ${key}="${escapeAttribute(String(value))}"`
  }
  if (children.length === 0) return `${text}/>`
  text += '>'
  for (const child of children) text += printChild(child)
  return `${text}</${name}>`
}

function printChild(child: XmlChild): string {
  if (typeof child === 'number') return String(child)
  if (typeof child === 'string') return escapeText(child)
  return 'printed' in child ? child.printed : printElement(child)
}

/** What no XML document may hold, not even escaped (§2.2): control characters, halves of pairs, U+FFFE and U+FFFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escapeText = (text: string): string =>
  text.replace(FORBIDDEN, '\uFFFD').replace(/[&<>\r]/g, character => ENTITIES[character] ?? '&#13;')

/** Line ends and tabs are spelled out: a reader would make spaces of them (§3.3.3). */
const escapeAttribute = (text: string): string =>
  text
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"\r\n\t]/g, character => ENTITIES[character] ?? `&#${character.charCodeAt(0)};`)
