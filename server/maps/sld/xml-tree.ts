import { SaxesParser } from 'saxes'
import { sldNotXml, sldRefused, sldTooLarge } from './problems.ts'

/** An element; names are without their prefix, as SLDs declare namespaces in many ways. */
export interface XmlNode {
  name: string
  attributes: Readonly<Record<string, string>>
  /** Elements and the text between them, in order. */
  content: (XmlNode | string)[]
  /** Where it begins; 1 is the first. */
  line: number
  parent: XmlNode | null
}

export const SLD_LIMITS = { elements: 20_000, depth: 64, rules: 500 }

/**
 * Reads a document. Nothing outside it is ever fetched, and nothing in it is expanded but the five entities of XML.
 * @throws SLD_REFUSED, SLD_TOO_LARGE, SLD_NOT_XML
 */
export function parseXml(text: string): XmlNode {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw sldRefused()
  const parser = new SaxesParser({ position: true, xmlns: false })
  const top: { root: XmlNode | null } = { root: null }
  let [open, elements, depth]: [XmlNode | null, number, number] = [null, 0, 0]
  parser.on('error', error => {
    const reason = error.message.replace(/^\d+:\d+: /, '').slice(0, 200)
    throw sldNotXml({ line: parser.line, reason })
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (++elements > SLD_LIMITS.elements || ++depth > SLD_LIMITS.depth) throw sldTooLarge(SLD_LIMITS)
    const node: XmlNode = {
      name: local(name),
      attributes: unprefixed(attributes),
      content: [],
      line: parser.line,
      parent: open
    }
    if (open) open.content.push(node)
    top.root ??= node
    open = node
  })
  const take = (text: string) => void open?.content.push(text)
  parser.on('text', take)
  parser.on('cdata', take)
  parser.on('closetag', () => {
    open = open?.parent ?? null
    depth--
  })
  parser.write(text.replace(/^\uFEFF/, '').trimStart()).close()
  if (!top.root) throw sldNotXml({ line: 1, reason: 'no element' })
  return top.root
}

const local = (name: string) => name.slice(name.indexOf(':') + 1)

const unprefixed = (attributes: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [local(name), String(value)]))

export const elementsOf = (node: XmlNode, ...names: string[]): XmlNode[] =>
  node.content.filter(
    (item): item is XmlNode => typeof item !== 'string' && (names.length === 0 || names.includes(item.name))
  )

/** The first element below a node, by a path of names; undefined where any of them is missing. */
export function below(node: XmlNode | undefined, ...path: string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((at, name) => at && elementsOf(at, name)[0], node)
}

/** All text in an element, without space around it. */
export const textOf = (node: XmlNode | undefined): string | undefined => (node ? allText(node).trim() : undefined)

const allText = (node: XmlNode): string =>
  node.content.map(item => (typeof item === 'string' ? item : allText(item))).join('')

/** `/UserStyle/FeatureTypeStyle/Rule[3]/…`: which of several of a name, where there are several. */
export function pathOf(node: XmlNode): string {
  const { parent, name } = node
  if (!parent) return `/${name}`
  const twins = elementsOf(parent, name)
  return `${pathOf(parent)}/${name}${twins.length > 1 ? `[${twins.indexOf(node) + 1}]` : ''}`
}
