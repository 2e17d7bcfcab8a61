import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const OUT = fileURLToPath(new URL('../../build/web', import.meta.url))

/** Writes `.br` and `.gz` beside what compresses, so that the server sends it as it lies there. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    async closeBundle() {
      const files = await readdir(OUT, { recursive: true })
      for (const file of files.filter(name => ['.html', '.js', '.mjs', '.css'].includes(extname(name)))) {
        const path = join(OUT, file)
        const bytes = await readFile(path)
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes))
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
      }
    }
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The console may be served under any path of a gateway: every address in it is relative.
  base: './',
  plugins: [vue(), precompress()],
  worker: { format: 'es' },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    // Fonts as data: URLs would go past the content security policy and be loaded whether needed or not.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000
  }
})
