import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Problem } from '../lib/errors.ts'
import { chooseGdal, type GdalChoice } from './choose-gdal.ts'
import { readForm, type UploadForm } from './form.ts'
import type { Gdal } from './gdal.ts'
import { type Job, type JobContext, reportFor, runJob } from './job.ts'
import { noFile, serverStopped, uploadFailed } from './problems.ts'
import { type FileFeatures, readFeatureFile } from './read-file.ts'
import { openReceived, type Received, receiveFile } from './receive.ts'
import { abandonUploads, finishUpload, insertUpload, markAlive } from './record.ts'
import type { Report } from './report.ts'

export interface UploadsOptions extends Omit<JobContext, 'gdal' | 'timeoutSeconds'> {
  /** Uploads are kept in `<dataDir>/uploads/<id>/` while they are worked on. */
  dataDir: string
  gdal: GdalChoice
  maxBytes: number
  maxUnpackedBytes: number
  onFault(error: unknown, uploadId: string): void
}

const HEARTBEAT_MS = 5000
const READ_TIMEOUT_SECONDS = 1800
const ID = /^[0-9a-f]{32}$/

/** A part of the form as it arrives: a text, or the file as a stream. */
export type Part = { name: string; text: string } | { name: string; fileName: string; stream: Readable }

/** Takes uploads in and works on them in the background, one (embedded database) or two at a time. */
export class Uploads {
  readonly gdal: Pick<Gdal, 'backend' | 'version'>
  readonly #options: UploadsOptions
  readonly #context: JobContext
  /** Tells this server's work from another's, over restarts. */
  readonly serverId: string
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #waiting: Job[] = []
  readonly #heartbeat: NodeJS.Timeout

  /** Starts the uploads of this server; what an earlier run left unfinished is marked failed and cleared away. */
  static async start(options: UploadsOptions): Promise<Uploads> {
    const gdal = await chooseGdal(options.gdal)
    const folder = join(options.dataDir, 'uploads')
    await mkdir(folder, { recursive: true })
    const serverId = await readServerId(join(options.dataDir, 'server.id'))
    await abandonUploads(options.db, serverId, true)
    for (const left of await readdir(folder)) {
      if (ID.test(left)) await rm(join(folder, left), { recursive: true, force: true })
    }
    return new Uploads(options, gdal, serverId)
  }

  private constructor(options: UploadsOptions, gdal: Gdal, serverId: string) {
    const { db, catalog, refreshCatalog } = options
    this.gdal = { backend: gdal.backend, version: gdal.version }
    this.#options = options
    this.#context = { db, catalog, gdal, refreshCatalog, timeoutSeconds: READ_TIMEOUT_SECONDS }
    this.serverId = serverId
    this.#heartbeat = setInterval(() => this.#beat().catch(error => options.onFault(error, '-')), HEARTBEAT_MS).unref()
  }

  async #beat(): Promise<void> {
    if (this.#running.size > 0) await markAlive(this.#options.db, this.serverId)
    await abandonUploads(this.#options.db, this.serverId, false)
  }

  /**
   * Receives a form and checks all that can be known at once; the rest happens in the background.
   * @returns the id of the upload
   * @throws 4xx problems; then nothing is left behind
   */
  async receive(parts: AsyncIterable<Part>, actor: string): Promise<{ id: string; form: UploadForm }> {
    const { db, catalog, dataDir, maxBytes, maxUnpackedBytes } = this.#options
    const id = randomUUID().replaceAll('-', '')
    const folder = join(dataDir, 'uploads', id)
    await mkdir(folder, { recursive: true })
    try {
      const fields = new Map<string, string>()
      let received: Received | undefined
      for await (const part of parts) {
        if ('text' in part) fields.set(part.name, part.text)
        else received = await receiveFile(part.stream, folder, { fileName: part.fileName, maxBytes })
      }
      const form = readForm(fields, catalog)
      if (!received) throw noFile()
      const source = await openReceived(received, folder, { maxUnpackedBytes, dataset: form.dataset })
      const { fileName: file, bytes } = received
      await insertUpload(db, { id, form, file, bytes, actor, serverId: this.serverId })
      this.#waiting.push({ id, folder, form, source, actor })
      this.#next()
      return { id, form }
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * Reads a small file at once, without publishing it and without keeping it.
   * @throws the problems of the file, each a 4xx
   */
  async readFile(
    bytes: Buffer,
    fileName: string,
    o: { maxFeatures: number; timeoutSeconds: number }
  ): Promise<FileFeatures> {
    const { dataDir, maxBytes, maxUnpackedBytes } = this.#options
    const folder = join(dataDir, 'uploads', randomUUID().replaceAll('-', ''))
    await mkdir(folder, { recursive: true })
    const { gdal } = this.#context
    const signal = this.#stop.signal
    return readFeatureFile(bytes, { ...o, folder, fileName, gdal, maxBytes, maxUnpackedBytes, signal }).finally(() =>
      rm(folder, { recursive: true, force: true })
    )
  }

  #next(): void {
    const atOnce = this.#options.db.kind === 'embedded' ? 1 : 2
    while (this.#running.size < atOnce && !this.#stop.signal.aborted) {
      const job = this.#waiting.shift()
      if (!job) return
      const work = this.#work(job)
        .catch(error => this.#options.onFault(error, job.id))
        .finally(() => {
          this.#running.delete(work)
          this.#next()
        })
      this.#running.add(work)
    }
  }

  async #work(job: Job): Promise<void> {
    const report = reportFor(job)
    const end = await this.#outcome(job, report)
    // Whoever reads that an upload has ended finds nothing of it left behind.
    await rm(job.folder, { recursive: true, force: true })
    await finishUpload(this.#options.db, job.id, { ...end, report })
  }

  async #outcome(job: Job, report: Report): Promise<{ status: 'published' | 'refused' | 'failed'; problem?: Problem }> {
    try {
      await runJob(this.#context, job, report, this.#stop.signal)
      return { status: 'published' }
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return { status: 'refused', problem: error }
      if (this.#stop.signal.aborted) return { status: 'failed', problem: serverStopped() }
      this.#options.onFault(error, job.id)
      return { status: 'failed', problem: uploadFailed({ id: job.id }) }
    }
  }

  /** Stops what is being read or checked, and lets a publication under way finish. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat)
    this.#stop.abort(serverStopped())
    const waiting = this.#waiting.splice(0)
    await Promise.all(this.#running)
    for (const job of waiting) {
      await finishUpload(this.#options.db, job.id, { status: 'failed', report: null, problem: serverStopped() })
      await rm(job.folder, { recursive: true, force: true })
    }
  }
}

/** Tells this server's uploads from another's: a random id kept beside its data. */
async function readServerId(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept.trim()) return kept.trim()
  const fresh = randomUUID()
  await writeFile(file, `${fresh}\n`)
  return fresh
}
