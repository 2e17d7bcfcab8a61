import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type GeneratedFile, schemaFile, schemaFiles } from '../server/catalog/schema-files.ts'
import { describeSettings } from '../server/config.ts'
import { RulesetSchema } from '../server/land-check/rules/ruleset.ts'

/** The project's folder; scripts run from build/scripts/. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Every committed file, or part of one, that is written from the code. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const readme = await readFile(`${ROOT}README.md`, 'utf8')
  return [
    ...schemaFiles(),
    schemaFile('layers/ruleset.schema.json', RulesetSchema),
    { path: '.env.example', text: environmentExample() },
    { path: 'README.md', text: withSettings(readme) }
  ]
}

const environmentExample = () =>
  describeSettings()
    .map(({ name, fallback, description }) => `# ${description}\n#${name}=${fallback}\n`)
    .join('\n')

const BETWEEN_MARKS = /(<!-- settings: [^\n]*-->\n)[\s\S]*?(<!-- end of settings -->)/

function withSettings(readme: string): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const rows = describeSettings().map(
    ({ name, fallback, description }) => `| \`${name}\` | ${fallback && `\`${fallback}\``} | ${cell(description)} |`
  )
  const table = ['| Variable | Default | What it does |', '| --- | --- | --- |', ...rows].join('\n')
  return readme.replace(BETWEEN_MARKS, (_, start, end) => `${start}\n${table}\n\n${end}`)
}
