import { getHashes } from 'node:crypto'
import fp from 'fastify-plugin'
import packageJson from '../../package.json' with { type: 'json' }
import type { LandCheckEngine } from '../land-check/check.ts'
import { keepGround } from '../land-check/measure/keep-ground.ts'
import { loadRulesets } from '../land-check/rules/load-rulesets.ts'

declare module 'fastify' {
  interface FastifyInstance {
    landCheck: LandCheckEngine
  }
}

/** `app.landCheck`: the rule sets of layers/rulesets/ and what a check needs beside them. */
export default fp(
  async app => {
    const { catalog, db, config } = app
    const hash = config.landCheckHash
    if (!getHashes().includes(hash)) throw new Error(`LAND_CHECK_HASH: this Node.js has no ${hash}; use sha256`)
    const { rulesets, problems } = await loadRulesets(app.config.layersDir, id => catalog.find(id) !== undefined)
    for (const problem of problems) app.log.warn(problem, 'rule set problem')
    const copied = await keepGround(db, rulesets.values(), id => catalog.find(id))
    if (copied.length > 0) app.log.info({ layers: copied }, 'layers copied to the ground of land-checks')
    app.decorate('landCheck', { db, catalog, rulesets, version: packageJson.version, hash })
  },
  { name: 'land-check', dependencies: ['config', 'database', 'catalog'] }
)
