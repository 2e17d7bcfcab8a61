import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** Made for a function service that allows one process: a page that is closed there takes the browser with it. */
const UNWANTED = ['--single-process', '--no-zygote', '--disable-web-security', '--allow-running-insecure-content']

/** A headless Chromium that draws WebGL in software, from npm alone. The caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath()
  const args = chromium.args.filter(arg => !UNWANTED.includes(arg))
  const launch = (env?: Record<string, string>) => playwright.launch({ executablePath, args, ...(env && { env }) })
  try {
    return await launch()
  } catch (error) {
    if (!/error while loading shared libraries/.test(String(error))) throw error
    // A bare system has no NSS; the package carries it.
    return launch({ ...definedEnvironment(), LD_LIBRARY_PATH: await unpackLibraries() })
  }
}

async function unpackLibraries(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  const folder = join(tmpdir(), 'yitu-chromium')
  await mkdir(folder, { recursive: true })
  const tar = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = new Promise((resolve, reject) => tar.on('error', reject).on('close', resolve))
  await pipeline(createReadStream(join(entry, '../../../bin/al2023.tar.br')), createBrotliDecompress(), tar.stdin)
  await ended
  return join(folder, 'lib')
}

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
