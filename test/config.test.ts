import t from 'tap'
import { describeSettings, readConfig } from '../server/config.ts'

t.test('settings have defaults, are turned into numbers, and cannot be changed', async t => {
  const config = readConfig({ PORT: '9000', DATABASE_URL: '' })
  t.match(config, { port: 9000, host: 'localhost', databaseUrl: '', gdal: 'auto' })
  t.ok(Object.isFrozen(config))
})

t.test('every bad setting is named at once', async t => {
  const bad = { PORT: 'eighty', LOG_LEVEL: 'loud', PUBLIC_URL: 'ftp://x', TILE_CACHE_BYTES: '-1' }
  t.throws(() => readConfig(bad), { message: /PORT.*\n.*PUBLIC_URL|PUBLIC_URL.*\n.*PORT/ })
  const { message } = t.throws(() => readConfig(bad)) as Error
  for (const name of Object.keys(bad)) t.match(message, name)
  t.throws(() => readConfig({ ADMIN_KEY: 'short' }), { message: /ADMIN_KEY is shorter/ })
})

t.test('every setting is described', async t => {
  for (const { name, description } of describeSettings()) t.ok(description.endsWith('.'), name)
})
