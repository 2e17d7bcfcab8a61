import type { Language, Text } from '../lib/errors.ts'
import { escapeHtml } from '../lib/html.ts'
import type { Catalog } from './catalog.ts'
import type { Field, Layer } from './layer.ts'
import type { CodeList } from './shared.ts'

const WORDS = {
  title: { zh: '数据字典', en: 'Data dictionary' },
  about: {
    zh: '图层、字段与代码表，按主题排列；由服务的现行定义生成。每个图层的第一个字段是业务主键，在图层内唯一。',
    en: 'Layers, fields and code lists by theme, written from the definitions in force. The first field of a layer is its business key, unique in the layer.'
  },
  contents: { zh: '目录', en: 'Contents' },
  field: { zh: '字段', en: 'Field' },
  name: { zh: '名称', en: 'Title' },
  type: { zh: '类型', en: 'Type' },
  list: { zh: '代码表', en: 'Code list' },
  lists: { zh: '代码表', en: 'Code lists' },
  code: { zh: '代码', en: 'Code' },
  meaning: { zh: '含义', en: 'Meaning' },
  department: { zh: '数源部门', en: 'Department' },
  geometry: { zh: '几何类型', en: 'Geometry' },
  sharing: { zh: '共享类型', en: 'Sharing' },
  cycle: { zh: '更新周期', en: 'Update cycle' },
  standard: { zh: '标准依据', en: 'Standard' },
  key: { zh: '主键', en: 'key' },
  open: {
    zh: '开放代码表：未列出的代码只提示，不拒绝。',
    en: 'Open list: a code not listed is a warning, not an error.'
  },
  none: { zh: '未知', en: 'none known' }
} satisfies Record<string, Text>

const VALUES: Record<string, Text> = {
  text: { zh: '文本', en: 'text' },
  code: { zh: '代码', en: 'code' },
  integer: { zh: '整数', en: 'integer' },
  number: { zh: '数值', en: 'number' },
  boolean: { zh: '是/否', en: 'yes/no' },
  date: { zh: '日期', en: 'date' },
  datetime: { zh: '日期时间', en: 'date and time' },
  open: { zh: '无条件共享', en: 'open' },
  conditional: { zh: '有条件共享', en: 'conditional' },
  restricted: { zh: '不予共享', en: 'restricted' },
  realtime: { zh: '实时', en: 'real time' },
  daily: { zh: '每日', en: 'daily' },
  monthly: { zh: '每月', en: 'monthly' },
  quarterly: { zh: '每季度', en: 'quarterly' },
  yearly: { zh: '每年', en: 'yearly' },
  irregular: { zh: '不定期', en: 'irregular' }
}

const STYLE = `body{font:14px/1.6 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;color:#222;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem}h2{margin-top:2.5rem;border-bottom:2px solid #2f6fb8}h3{margin:1.8rem 0 .3rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f0f3f7}
code{font:13px ui-monospace,monospace}dl{display:flex;flex-wrap:wrap;gap:0 1.5rem;margin:.3rem 0;color:#555}dl div{display:flex;gap:.4rem}dd{margin:0;color:#222}
nav ul{columns:3;padding-left:1.2rem}a{color:#1b5aa0;text-decoration:none}
@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-before:page}h3{break-after:avoid}tr{break-inside:avoid}a{color:inherit}nav ul{columns:2}}`

/** The data dictionary of some layers, one printable page of HTML without scripts; everything in it is escaped. */
export function dictionary(catalog: Catalog, layers: readonly Layer[], language: Language): string {
  const say = sayer(language)
  const themes = catalog.themes
    .map(theme => ({ ...theme, layers: layers.filter(layer => layer.theme === theme.id) }))
    .filter(theme => theme.layers.length > 0)
  const used = new Set(layers.flatMap(({ fields }) => fields.flatMap(({ codelist }) => codelist ?? [])))
  const lists = [...catalog.codeLists.values()].filter(({ id }) => used.has(id))
  const heading = `${say(catalog.district.title)} · ${say(WORDS.title)}`
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${heading}</title><style>${STYLE}</style></head><body>
<h1>${heading}</h1><p>${say(WORDS.about)}</p>
<nav><h2>${say(WORDS.contents)}</h2>${themes
    .map(
      theme =>
        `<h3>${say(theme.title)}</h3><ul>${theme.layers
          .map(layer => `<li><a href="#layer-${escapeHtml(layer.id)}">${say(layer.title)}</a></li>`)
          .join('')}</ul>`
    )
    .join('')}</nav>
${themes
  .map(theme => `<h2>${say(theme.title)}</h2>${theme.layers.map(layer => layerHtml(catalog, layer, say)).join('\n')}`)
  .join('\n')}
<h2>${say(WORDS.lists)}</h2>${lists.map(list => listHtml(list, say)).join('\n')}
</body></html>
`
}

type Say = (text: Text) => string

const sayer =
  (language: Language): Say =>
  text =>
    escapeHtml(text[language])

const value = (say: Say, word: string) => say(VALUES[word] ?? { zh: word, en: word })

function layerHtml(catalog: Catalog, layer: Layer, say: Say): string {
  const department = catalog.departments.get(layer.department)
  const facts: [Text, string][] = [
    [WORDS.department, department ? say(department.title) : escapeHtml(layer.department)],
    [WORDS.geometry, escapeHtml(layer.geometry)],
    [WORDS.sharing, value(say, layer.sharing)],
    [WORDS.cycle, value(say, layer.updateCycle)],
    [WORDS.standard, layer.standard === 'local' ? say(WORDS.none) : escapeHtml(layer.standard)]
  ]
  const head = [WORDS.field, WORDS.name, WORDS.type, WORDS.list].map(word => `<th>${say(word)}</th>`).join('')
  return `<section><h3 id="layer-${escapeHtml(layer.id)}">${say(layer.title)} <code>${escapeHtml(layer.id)}</code></h3>${
    layer.description ? `<p>${say(layer.description)}</p>` : ''
  }<dl>${facts.map(([term, fact]) => `<div><dt>${say(term)}</dt><dd>${fact}</dd></div>`).join('')}</dl>
<table><tr>${head}</tr>${layer.fields.map((field, i) => fieldHtml(catalog, field, i === 0, say)).join('')}</table></section>`
}

function fieldHtml(catalog: Catalog, field: Field, isKey: boolean, say: Say): string {
  const list = field.codelist === undefined ? undefined : catalog.codeLists.get(field.codelist)
  const link = list ? `<a href="#codes-${escapeHtml(list.id)}">${say(list.title)}</a>` : ''
  const key = isKey ? ` (${say(WORDS.key)})` : ''
  return `<tr><td><code>${escapeHtml(field.name)}</code>${key}</td><td>${say(field.title)}</td><td>${value(say, field.type)}</td><td>${link}</td></tr>`
}

function listHtml({ id, title, open, standard, codes }: CodeList, say: Say): string {
  const rows = codes.map(
    entry => `<tr><td><code>${escapeHtml(entry.code)}</code></td><td>${say(entry.title)}</td></tr>`
  )
  const notes = [open ? say(WORDS.open) : '', standard ? escapeHtml(standard) : ''].filter(Boolean)
  return `<section><h3 id="codes-${escapeHtml(id)}">${say(title)} <code>${escapeHtml(id)}</code></h3>${notes.map(note => `<p>${note}</p>`).join('')}
<table><tr><th>${say(WORDS.code)}</th><th>${say(WORDS.meaning)}</th></tr>${rows.join('')}</table></section>`
}
