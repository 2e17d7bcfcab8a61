import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type Gdal, judge, openOptions, SETTINGS, TRANSLATE } from './gdal.ts'
import type { WasmAnswer, WasmTask } from './gdal-wasm-worker.ts'
import { notReadable, takesTooLong } from './problems.ts'

const { version } = createRequire(import.meta.url)('gdal3.js/package.json') as { version: string }

/**
 * GDAL in WASM, bundled. Each file gets a thread of its own, which loads in a second: nothing of one upload is left
 * for the next, and a thread can be ended at any moment.
 */
export function wasmGdal(): Gdal {
  return {
    backend: 'wasm',
    version: `gdal3.js ${version}`,
    async convert(folder, source, { signal, timeoutSeconds }) {
      const workerData: WasmTask = {
        folder,
        file: source.file,
        openOptions: openOptions(source),
        translate: [...TRANSLATE],
        settings: SETTINGS
      }
      const worker = new Worker(new URL('./gdal-wasm-worker.js', import.meta.url), {
        workerData,
        stdout: true,
        stderr: true,
        env: {}
      })
      const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
      try {
        const { messages, failure } = await answerOf(worker, AbortSignal.any([signal, deadline]))
        const warnings = judge(messages)
        if (failure) throw notReadable({ reason: failure.slice(0, 300) })
        return warnings
      } catch (error) {
        signal.throwIfAborted()
        if (deadline.aborted) throw takesTooLong({ seconds: timeoutSeconds })
        throw error
      } finally {
        await worker.terminate()
      }
    }
  }
}

function answerOf(worker: Worker, stop: AbortSignal): Promise<WasmAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', code => reject(new Error(`The GDAL thread ended with ${code}`)))
    stop.addEventListener('abort', () => reject(stop.reason), { once: true })
  })
}
