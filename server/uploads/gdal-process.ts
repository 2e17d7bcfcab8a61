import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { type Gdal, judge, openOptions, SETTINGS, TRANSLATE } from './gdal.ts'
import { notReadable, takesTooLong } from './problems.ts'
import { FEATURES } from './source.ts'

const MAX_MESSAGES = 64 * 1024
/** Address space in KiB and CPU seconds, where the shell can limit them. */
const LIMITED = 'ulimit -v 4194304 2>/dev/null; ulimit -t 1800 2>/dev/null; exec env -i PATH="$PATH" "$@"'

const ENVIRONMENT = Object.entries({ ...SETTINGS, LC_ALL: 'C.UTF-8' }).map(([name, value]) => `${name}=${value}`)

/** The installed ogr2ogr, run as a process of its own that inherits nothing but the PATH; null where there is none. */
export async function processGdal(): Promise<Gdal | null> {
  const found = await promisify(execFile)('ogr2ogr', ['--version'], { timeout: 20_000 }).catch(() => null)
  const version = found && /GDAL (\d[\w.]*)/.exec(found.stdout)?.[1]
  if (!version) return null
  return {
    backend: 'process',
    version,
    async convert(folder, source, { signal, timeoutSeconds }) {
      const options = openOptions(source).flatMap(option => ['-oo', option])
      const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
      const command = [...ENVIRONMENT, 'ogr2ogr', ...TRANSLATE, ...options, FEATURES, source.file]
      const child = spawn('/bin/sh', ['-c', LIMITED, 'sh', ...command], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        signal: AbortSignal.any([signal, deadline]),
        killSignal: 'SIGKILL'
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < MAX_MESSAGES) said += text
      })
      const [code, killed] = await once(child, 'close').catch(error => {
        signal.throwIfAborted()
        if (deadline.aborted) throw takesTooLong({ seconds: timeoutSeconds })
        throw error
      })
      const messages = said.split('\n').filter(Boolean)
      const warnings = judge(messages)
      if (code !== 0)
        throw notReadable({ reason: messages.at(-1)?.slice(0, 300) ?? `ogr2ogr ended with ${killed ?? code}` })
      return warnings
    }
  }
}
