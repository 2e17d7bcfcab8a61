import type { Catalog } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import type { Database } from '../lib/sql.ts'
import { checkStaged } from './check.ts'
import { readFeatures } from './features.ts'
import { newLayerOf, type UploadForm } from './form.ts'
import type { Gdal } from './gdal.ts'
import { inferLayer, type Mapped } from './infer.ts'
import { mapFields } from './mapping.ts'
import { featuresRefused, noFeatures } from './problems.ts'
import { type Profile, Profiler } from './profile.ts'
import { publish, type Revision } from './publish.ts'
import { setStatus, stagingOf } from './record.ts'
import { emptyReport, type Report } from './report.ts'
import type { Source } from './source.ts'
import { stageFeatures } from './stage-features.ts'
import { createStaging, dropStaging } from './staging.ts'

/** One upload to be worked on. */
export interface Job {
  id: string
  folder: string
  form: UploadForm
  source: Source
  actor: string
}

export interface JobContext {
  db: Database
  catalog: Catalog
  gdal: Gdal
  /** Has this process know what was published. */
  refreshCatalog(): Promise<void>
  timeoutSeconds: number
}

const EARTH = [-180, -90, 180, 90] as const

/** The report so far, for whoever ends the upload; filled while `runJob` works. */
export const reportFor = ({ source }: Job): Report => ({ ...emptyReport(), notes: [...source.notes] })

/**
 * Reads, checks and publishes an upload. Whatever goes wrong before the one transaction of `publish`, nothing of it
 * is published; the staging table is gone afterwards.
 * @throws the problems of the data (4xx); anything else is a fault of the server
 */
export async function runJob(context: JobContext, job: Job, report: Report, signal: AbortSignal): Promise<Revision> {
  const { db, catalog, gdal, timeoutSeconds } = context
  const { id, folder, form, source } = job
  const stagingId = stagingOf(id)
  const step = async (status: 'reading' | 'checking' | 'publishing', progress: number) => {
    signal.throwIfAborted()
    await setStatus(db, id, status, progress)
  }

  await step('reading', 0.05)
  const warnings = await gdal.convert(folder, source, { signal, timeoutSeconds })
  report.notes.push(...warnings.map(text => ({ zh: `GDAL:${text}`, en: `GDAL: ${text}` })))
  const profile = await profileFeatures(folder, source)
  describe(report, source, profile)
  const { layer, mapped } = resolve(catalog, form, profile, report)
  report.fields = mapped.map(({ field, from }) => ({ name: field.name, type: field.type, from }))

  await step('checking', 0.3)
  try {
    await createStaging(db, layer, stagingId)
    await stageFeatures(db, layer, readFeatures(folder, source), report, {
      stagingId,
      mapped,
      codeLists: catalog.codeLists,
      progress: read => step('checking', 0.3 + (0.4 * read) / Math.max(profile.features, 1))
    })
    const extent = layer.extent ?? (layer.origin === 'file' ? catalog.district.extent : EARTH)
    await checkStaged(db, stagingId, { geometry: layer.geometry, extent }, report)
    if (report.errors > 0) throw featuresRefused({ count: report.errors })

    await step('publishing', 0.8)
    const revision = await publish(db, layer, {
      stagingId,
      mode: form.mode,
      kind: 'upload',
      actor: job.actor,
      uploadId: id
    })
    const { unchanged, inserted, updated, removed, featureCount } = revision
    report.result = { unchanged, inserted, updated, removed, featureCount }
    await context.refreshCatalog()
    return revision
  } finally {
    await dropStaging(db, stagingId)
  }
}

async function profileFeatures(folder: string, source: Source): Promise<Profile> {
  const profiler = new Profiler(source.numberFields)
  for await (const feature of readFeatures(folder, source)) profiler.add(feature)
  return profiler.result()
}

function describe(report: Report, source: Source, profile: Profile): void {
  const { format, dataset, crs, encoding } = source
  const { features, hasZ, geometryTypes } = profile
  report.source = { format, dataset, crs, encoding, features, geometryTypes: [...geometryTypes] }
  if (hasZ && source.notes.length === 0) report.notes.push({ zh: '高程（Z）已略去', en: 'Heights (Z) were dropped' })
}

/** The layer to publish to, an existing one or one made for these data, and how its fields are filled. */
function resolve(
  catalog: Catalog,
  form: UploadForm,
  profile: Profile,
  report: Report
): { layer: Layer; mapped: Mapped[] } {
  const existing = catalog.find(form.layer)
  if (!existing) return inferLayer(newLayerOf(form), profile)
  if (profile.features === 0 && form.mode === 'replace') throw noFeatures()
  const { mapped, notes } = mapFields(
    existing,
    profile.columns.map(({ name }) => name)
  )
  report.notes.push(...notes)
  const multi = existing.geometry.startsWith('Multi')
  const types = [...profile.geometryTypes]
  if (multi ? types.some(t => !t.startsWith('Multi')) : types.some(t => t.startsWith('Multi'))) {
    report.notes.push({
      zh: `几何按图层类型 ${existing.geometry} 存储`,
      en: `Geometries are stored as ${existing.geometry}, the layer's type`
    })
  }
  return { layer: existing, mapped }
}
