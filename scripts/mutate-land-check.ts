/**
 * `./scripts/mutate-land-check [--jobs N] [NAME…]`: applies each mutation to a copy of the project in a temporary
 * folder, runs the test that must notice, and says whether it did. Exit code 1 when a mutation survives or no longer
 * applies. TEST_DATABASE_URL is left out: the embedded database is enough to notice.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'
import { type Mutation, mutated } from './checking/mutation.ts'
import { MUTATIONS } from './checking/mutations.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COPIED = [
  'build/server',
  'build/test',
  'build/scripts',
  'build/package.json',
  'layers',
  'migrations',
  'styles',
  'server',
  'package.json',
  'scripts'
]
const TIMEOUT_MS = 300_000

interface Run {
  passed: boolean
  /** The first assertion that failed. */
  why: string
  seconds: number
}

const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '2' } },
  allowPositionals: true
})
const chosen = MUTATIONS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-mutants-'))
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function runTest(folder: string, test: string): Promise<Run> {
  const began = performance.now()
  const file = join(folder, 'build', test.replace(/\.ts$/, '.js'))
  const { TEST_DATABASE_URL: _, ...env } = process.env
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [file],
      { cwd: folder, env: { ...env, TAP_BAIL: '1', TAP_TIMEOUT: '290' }, timeout: TIMEOUT_MS, maxBuffer: 1e9 },
      (error, stdout) => {
        const failed = [...stdout.matchAll(/^ *not ok \d+ - (.*?)(?: # time=.*| \{)?$/gm)].map(match => match[1] ?? '')
        const why =
          failed.slice(0, 3).reverse().join(' · ') ||
          (error?.killed ? 'it never ended' : (error?.message.split('\n')[0] ?? ''))
        resolve({ passed: !error, why, seconds: (performance.now() - began) / 1000 })
      }
    )
  })
}

/** Writes one source file of the copy as JavaScript. */
async function compile(folder: string, file: string, source: string): Promise<void> {
  const { outputText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true
    }
  })
  await writeFile(join(folder, 'build', file.replace(/\.ts$/, '.js')), outputText)
}

async function judge(folder: string, mutation: Mutation): Promise<boolean> {
  const { name, file, test } = mutation
  const source = await readFile(join(ROOT, file), 'utf8')
  const changed = mutated(mutation, source)
  if (changed === null) {
    console.log(`GONE      ${name}: what it changes is not, or not once, in ${file}`)
    return false
  }
  await compile(folder, file, changed)
  const { passed, why, seconds } = await runTest(folder, test)
  await compile(folder, file, source)
  console.log(
    `${passed ? 'SURVIVED ' : 'killed   '} ${name} · ${test}${passed ? '' : `: ${why}`} (${seconds.toFixed(0)} s)`
  )
  return !passed
}

const folders = await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, copyProject))
try {
  for (const test of new Set(chosen.map(({ test }) => test))) {
    const { passed, why, seconds } = await runTest(folders[0]!, test)
    if (!passed) throw new Error(`${test} fails without any mutation: ${why}`)
    console.log(`passes    ${test} as it is (${seconds.toFixed(0)} s)`)
  }
  const waiting = [...chosen]
  const results: boolean[] = []
  await Promise.all(
    folders.map(async folder => {
      for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await judge(folder, next))
    })
  )
  const killed = results.filter(Boolean).length
  console.log(`${results.length} mutations, ${killed} killed, ${results.length - killed} not`)
  process.exitCode = killed === results.length ? 0 : 1
} finally {
  await Promise.all(folders.map(folder => rm(folder, { recursive: true })))
}
