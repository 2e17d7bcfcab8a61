import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import t from 'tap'
import { generatedFiles } from '../../scripts/generated-files.ts'
import { ROOT } from '../helper.ts'

t.test('what is written from the code is what is committed', async t => {
  const files = await generatedFiles()
  t.ok(files.length >= 6)
  for (const { path, text } of files) t.equal(await readFile(ROOT + path, 'utf8'), text, path)
})

t.test('the schema a data file names is the one it keeps to', async t => {
  for (const path of [
    'layers/admin/town-boundary.json',
    'layers/codelists/wo-status.json',
    'layers/district.json',
    'styles/maps/base.json'
  ]) {
    const file = new URL(path, `file://${ROOT}`)
    const data = JSON.parse(await readFile(file, 'utf8'))
    const validate = new Ajv({ allErrors: true }).compile(
      JSON.parse(await readFile(new URL(data.$schema, file), 'utf8'))
    )
    t.ok(validate(data), `${path}: ${JSON.stringify(validate.errors)}`)
    t.notOk(validate({ ...data, title: 1 }), `${path} with a number for a title`)
  }
})
