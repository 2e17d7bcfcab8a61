import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { type Static, Type } from 'typebox'

/** The project's folder (this file runs from build/server/). */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MiB = 1024 * 1024

/**
 * Every setting, by the name of its environment variable. What is described here is what `.env.example` and the
 * README's table say: both are written from this schema.
 */
const EnvironmentSchema = Type.Object({
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: 'The port to listen on.' }),
  HOST: Type.String({ default: 'localhost', description: 'The address to listen on; 0.0.0.0 for every interface.' }),
  PUBLIC_URL: Type.String({
    default: '',
    pattern: '^(https?://[^\\s/]+.*[^/])?$',
    description:
      'The URL clients reach the server by, without a slash at the end; written into TileJSON and styles. Empty: relative to the request.'
  }),
  DATABASE_URL: Type.String({
    default: '',
    description:
      'postgres://… of a PostgreSQL 15 or newer with PostGIS 3.3 or newer. Empty: the embedded database in DATA_DIR.'
  }),
  DATABASE_POOL: Type.Integer({
    default: 10,
    minimum: 2,
    maximum: 200,
    description: 'Connections kept to DATABASE_URL.'
  }),
  DATA_DIR: Type.String({
    default: `${ROOT}var`,
    description: 'Where the embedded database, keys and uploads are kept.'
  }),
  LAYERS_DIR: Type.String({
    default: `${ROOT}layers`,
    description: 'The layer definitions, code lists and rule sets.'
  }),
  STYLES_DIR: Type.String({ default: `${ROOT}styles`, description: 'The layer styles and maps.' }),
  ADMIN_KEY: Type.String({
    default: '',
    description:
      'The administrator key, at least 16 characters. Empty: one is generated into DATA_DIR/admin.key (mode 0600).'
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'How much is logged; keys and tokens never are.'
  }),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'Addresses of reverse proxies whose X-Forwarded-* headers are believed, comma separated.'
  }),
  GDAL: Type.Enum(['auto', 'process', 'wasm'], {
    default: 'auto',
    description:
      'Which GDAL reads uploads: process (ogr2ogr on the PATH), wasm (bundled), auto: process where installed.'
  }),
  UPLOAD_MAX_BYTES: Type.Integer({ default: 1024 * MiB, minimum: 1, description: 'The largest upload accepted.' }),
  UPLOAD_MAX_UNPACKED_BYTES: Type.Integer({
    default: 4096 * MiB,
    minimum: 1,
    description: 'The most a zipped upload may hold when unpacked.'
  }),
  TILE_CACHE_BYTES: Type.Integer({ default: 256 * MiB, minimum: 0, description: 'Memory for finished tiles.' }),
  TILE_INDEX_BYTES: Type.Integer({
    default: 1024 * MiB,
    minimum: MiB,
    description: 'Memory for the layers that tiles are cut from (estimated; the least used goes first).'
  }),
  TILE_INDEX_DISK_BYTES: Type.Integer({
    default: 1024 * MiB,
    minimum: 0,
    description:
      'Disk space in DATA_DIR/columns for the same, so that a server that starts again need not read them; 0: none.'
  }),
  TILE_QUEUE: Type.Integer({
    default: 512,
    minimum: 2,
    description:
      'Tiles that may be made or wait for it at once, one for each of their layers; a layer has at most half of the places. Beyond: 503 with Retry-After.'
  }),
  TILE_DEADLINE_MS: Type.Integer({
    default: 20_000,
    minimum: 100,
    description: 'The longest a tile may take to be made, waiting included, in milliseconds. Beyond: 503.'
  }),
  PICTURE_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 64,
    description: 'Threads that draw pictures; 0: as many as there are processors.'
  }),
  PICTURE_QUEUE: Type.Integer({
    default: 64,
    minimum: 1,
    description: 'Pictures that may be drawn or wait for it at once. Beyond: 503 with Retry-After.'
  }),
  PICTURE_DEADLINE_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'The longest a picture may take to be drawn, waiting included, in milliseconds. Beyond: 503.'
  }),
  PICTURE_CACHE_BYTES: Type.Integer({
    default: 128 * MiB,
    minimum: 0,
    description: 'Memory for finished raster tiles.'
  }),
  CACHE_URL: Type.String({
    default: '',
    pattern: '^(rediss?://.*)?$',
    description:
      'redis://… of a server that speaks the Redis protocol, where servers of one database share finished tiles. Empty: each keeps its own only.'
  }),
  DEMO_SCALE: Type.Number({
    default: 0.02,
    minimum: 0,
    maximum: 1,
    description:
      'scripts/start fills layers that were never published with synthetic data, this share of a real district; 0: none.'
  }),
  LAND_CHECK_JOBS: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description:
      'Chunks of land-check jobs this server works on at once; 0: it takes jobs in and leaves them to others.'
  }),
  WEBHOOK_HOSTS: Type.String({
    default: '',
    description:
      'Hosts that the end of a job may be posted to, comma separated: host, host:port or *.domain (public addresses only). Empty: none.'
  }),
  LAND_CHECK_HASH: Type.Enum(['sha256', 'sm3'], {
    default: 'sha256',
    description:
      'The hash function of land-check answers and their audit chain: sha256, or sm3 (GB/T 32905); may be changed any time, each record names its own.'
  }),
  WMS_LENIENT_AXES: Type.String({
    default: '',
    description:
      'Layers and maps, comma separated, at whose own WMS a BBOX of version 1.3.0 may also be written easting or longitude first; *: at every WMS. A box that makes sense as the standard orders it is always taken so.'
  }),
  RATE_LIMIT: Type.Integer({
    default: 6000,
    minimum: 0,
    description: 'Requests a minute from one address, tiles not counted; 0: no limit.'
  })
})

type Environment = Static<typeof EnvironmentSchema>

/** The settings under the names the code uses. Frozen; nothing else reads the environment. */
export type Config = ReturnType<typeof named>

const named = (env: Environment) =>
  Object.freeze({
    port: env.PORT,
    host: env.HOST,
    publicUrl: env.PUBLIC_URL,
    databaseUrl: env.DATABASE_URL,
    databasePool: env.DATABASE_POOL,
    dataDir: env.DATA_DIR,
    layersDir: env.LAYERS_DIR,
    stylesDir: env.STYLES_DIR,
    migrationsDir: `${ROOT}migrations`,
    webDir: `${ROOT}build/web`,
    adminKey: env.ADMIN_KEY,
    logLevel: env.LOG_LEVEL,
    trustProxy: env.TRUST_PROXY,
    gdal: env.GDAL,
    uploadMaxBytes: env.UPLOAD_MAX_BYTES,
    uploadMaxUnpackedBytes: env.UPLOAD_MAX_UNPACKED_BYTES,
    tileCacheBytes: env.TILE_CACHE_BYTES,
    tileIndexBytes: env.TILE_INDEX_BYTES,
    tileIndexDiskBytes: env.TILE_INDEX_DISK_BYTES,
    tileQueue: env.TILE_QUEUE,
    tileDeadlineMs: env.TILE_DEADLINE_MS,
    pictureThreads: env.PICTURE_THREADS,
    pictureQueue: env.PICTURE_QUEUE,
    pictureDeadlineMs: env.PICTURE_DEADLINE_MS,
    pictureCacheBytes: env.PICTURE_CACHE_BYTES,
    cacheUrl: env.CACHE_URL,
    demoScale: env.DEMO_SCALE,
    landCheckJobs: env.LAND_CHECK_JOBS,
    webhookHosts: env.WEBHOOK_HOSTS,
    landCheckHash: env.LAND_CHECK_HASH,
    wmsLenientAxes: env.WMS_LENIENT_AXES,
    rateLimit: env.RATE_LIMIT
  })

/**
 * Reads and checks the settings. An empty variable counts as unset.
 * @throws an Error that lists every bad setting at once
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given: Record<string, unknown> = Object.fromEntries(
    Object.keys(EnvironmentSchema.properties).flatMap(key => (environment[key] ? [[key, environment[key]]] : []))
  )
  const ajv = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true })
  if (!ajv.validate(EnvironmentSchema, given)) {
    const lines = (ajv.errors ?? []).map(e => `  ${e.instancePath.slice(1)} ${e.message} (.env.example describes it)`)
    throw new Error(`These settings cannot be used:\n${lines.join('\n')}`)
  }
  const config = named(given as Environment)
  if (config.adminKey && config.adminKey.length < 16) {
    throw new Error('These settings cannot be used:\n  ADMIN_KEY is shorter than 16 characters')
  }
  return config
}

/** Name, default and description of every setting, for `.env.example` and the README. */
export function describeSettings(): { name: string; fallback: string; description: string }[] {
  return Object.entries(EnvironmentSchema.properties).map(([name, schema]) => {
    const { default: value, description = '' } = schema as { default?: unknown; description?: string }
    return { name, fallback: String(value ?? '').replace(ROOT, ''), description }
  })
}
