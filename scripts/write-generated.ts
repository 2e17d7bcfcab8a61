import { readFile, writeFile } from 'node:fs/promises'
import { generatedFiles, ROOT } from './generated-files.ts'

/** Writes what is written from the code; `--check` only says what is out of date, and fails where something is. */
const check = process.argv.includes('--check')
const outdated: string[] = []
for (const { path, text } of await generatedFiles()) {
  const committed = await readFile(ROOT + path, 'utf8').catch(() => undefined)
  if (committed === text) continue
  outdated.push(path)
  if (!check) await writeFile(ROOT + path, text)
}
if (outdated.length === 0) console.log('Every generated file is up to date.')
else if (check) console.error(`Out of date: ${outdated.join(', ')}. Run node build/scripts/write-generated.js.`)
else console.log(`Written: ${outdated.join(', ')}`)
process.exitCode = check && outdated.length > 0 ? 1 : 0
