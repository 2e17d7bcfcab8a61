import { readFile } from 'node:fs/promises'
import t from 'tap'
import { mutated } from '../../scripts/checking/mutation.ts'
import { MUTATIONS } from '../../scripts/checking/mutations.ts'
import { ROOT } from '../helper.ts'

/** That each mutation is killed is for ./scripts/mutate-land-check to say; here, that each still has its place. */

t.test('every mutation applies to the source as it is', async t => {
  for (const mutation of MUTATIONS) {
    const source = await readFile(`${ROOT}${mutation.file}`, 'utf8')
    t.ok(mutated(mutation, source) ?? false, mutation.name)
    await t.resolves(readFile(`${ROOT}${mutation.test}`), mutation.test)
  }
  t.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length)
})

t.test('a mutation that fits twice, or nowhere, does not apply', async t => {
  const mutation = { ...MUTATIONS[0]!, find: 'a', replace: 'b' }
  t.equal(mutated(mutation, 'xay'), 'xby')
  t.equal(mutated(mutation, 'aa'), null)
  t.equal(mutated(mutation, ''), null)
})
