import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { ROOT } from './helper.ts'

/** The rings of server/: a file imports from a lower ring or from its own folder. */
const RINGS = [
  ['lib'],
  ['catalog', 'db'],
  ['tiles', 'maps', 'features', 'uploads', 'land-check', 'access'],
  ['plugins', 'routes', '']
]
/** Ring 3 is a straight line: the process reads the app, the app its routes and plugins, all of them the settings. */
const TOP_FILES = ['config.ts', 'serve.ts', 'app.ts', 'main.ts']
const ENGINES = new Set(RINGS[2])
const NOT_FOR_ENGINES = /^(fastify|@fastify\/.*|fastify-plugin|pg|@electric-sql\/.*)$/
const MAX_LINES = 300

interface Source {
  path: string
  folder: string
  text: string
  imports: string[]
}

async function sources(folder: string, endings = /\.(ts|vue)$/): Promise<Source[]> {
  const files = await readdir(join(ROOT, folder), { recursive: true })
  return Promise.all(
    files
      .filter(file => endings.test(file))
      .map(async file => {
        const text = await readFile(join(ROOT, folder, file), 'utf8')
        const imports = [...text.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)].map(match => match[1] ?? '')
        return {
          path: join(folder, file),
          folder: dirname(file) === '.' ? '' : (file.split('/')[0] ?? ''),
          text,
          imports
        }
      })
  )
}

const ringOf = (folder: string) => RINGS.findIndex(ring => ring.includes(folder))

/** Why a file of the server may not import a path; undefined when it may. */
function refusal(file: Source, imported: string): string | undefined {
  if (!imported.startsWith('.')) {
    const isForeign = ENGINES.has(file.folder) && NOT_FOR_ENGINES.test(imported)
    return isForeign ? `an engine does not know ${imported}` : undefined
  }
  const target = relative('server', join(dirname(file.path), imported))
  if (target.startsWith('..')) return target === '../package.json' ? undefined : 'leaves server/'
  const folder = target.includes('/') ? (target.split('/')[0] ?? '') : ''
  if (folder === file.folder && folder !== '') return undefined
  if (folder === '' && file.folder === '') {
    const [mine, theirs] = [file.path, target].map(path => TOP_FILES.indexOf(path.replace('server/', '')))
    return mine! > theirs! && theirs! >= 0 ? undefined : 'imports upwards'
  }
  if (folder === '') return target === 'config.ts' && ringOf(file.folder) === 3 ? undefined : 'imports upwards'
  if (ringOf(folder) < 0) return `is in no ring: ${folder}`
  if (file.folder === '' && ringOf(folder) === 3) return undefined
  return ringOf(folder) < ringOf(file.folder) ? undefined : 'imports upwards or sideways'
}

const server = (await sources('server', /\.ts$/)).filter(file => !file.path.startsWith('server/web/'))

t.test('a file imports from a lower ring or from its own folder', async t => {
  t.ok(server.length > 20)
  for (const file of server) {
    t.ok(ringOf(file.folder) >= 0, `${file.path} lies in a ring`)
    const refused = file.imports.flatMap(path => refusal(file, path) ?? [])
    t.strictSame(refused, [], file.path)
  }
})

t.test('the rule itself refuses what it should', async t => {
  const at = (path: string, folder: string): Source => ({ path, folder, text: '', imports: [] })
  t.ok(refusal(at('server/tiles/a.ts', 'tiles'), '../uploads/b.ts'), 'sideways between engines')
  t.ok(refusal(at('server/catalog/a.ts', 'catalog'), '../db/b.ts'), 'sideways in ring 1')
  t.ok(refusal(at('server/lib/a.ts', 'lib'), '../catalog/b.ts'), 'upwards')
  t.ok(refusal(at('server/uploads/a.ts', 'uploads'), 'fastify'), 'an engine and fastify')
  t.ok(refusal(at('server/uploads/a.ts', 'uploads'), '../config.ts'), 'an engine and the settings')
  t.ok(refusal(at('server/serve.ts', ''), './app.ts'), 'upwards at the top')
  t.notOk(refusal(at('server/routes/a.ts', 'routes'), '../tiles/b.ts'))
  t.notOk(refusal(at('server/main.ts', ''), './app.ts'))
})

t.test(`no file is longer than ${MAX_LINES} lines`, async t => {
  const all = [...(await sources('server')), ...(await sources('scripts')), ...(await sources('test'))]
  const long = all.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  t.strictSame(
    long.filter(({ path, lines }) => lines > MAX_LINES && !path.startsWith('test/')),
    []
  )
})

t.test('only config.ts reads the environment', async t => {
  const readers = server.filter(file => /process\.env/.test(file.text)).map(file => file.path)
  t.strictSame(readers, ['server/config.ts'])
})

t.test('no code branches on a layer id', async t => {
  const layers = (await readdir(join(ROOT, 'layers'), { recursive: true }))
    .filter(file => /^(?!codelists|rulesets)[a-z-]+\/[a-z0-9-]+\.json$/.test(file))
    .map(file => file.split('/')[1]!.replace('.json', ''))
  t.ok(layers.length > 0)
  for (const file of server) {
    const named = layers.filter(id => new RegExp(`['"\`]${id}['"\`]`).test(file.text))
    t.strictSame(named, [], file.path)
  }
})
