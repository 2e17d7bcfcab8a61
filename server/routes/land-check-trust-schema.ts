import { Type } from 'typebox'
import { TextSchema } from '../catalog/layer.ts'
import { VERIFY_OUTCOMES } from '../land-check/trust/verify.ts'
import { HASH_ALGORITHMS } from '../lib/canonical-json.ts'

/** What the routes of land-check-trust.ts and the impact of a rule set answer. */

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const Broken = Type.Array(Type.Enum(['previous', 'request', 'body', 'columns', 'audit']), {
  description:
    'previous: does not name the row before · request, body: changed since · columns: say otherwise than the body · audit: not its own hash'
})
const Anything = Type.Unsafe<object>({ type: 'object', additionalProperties: true })

export const VerificationSchema = Type.Object({
  id: Type.String(),
  createdAt: Type.String(),
  agrees: Type.Boolean({ description: 'The record is intact, and what it says was found again' }),
  outcome: Type.Enum([...VERIFY_OUTCOMES], {
    description:
      'identical: the same text and hash · engine-differs: the same was found by another version · differs · not-replayed: problem says why'
  }),
  broken: Broken,
  verdict: Type.Object({ kept: Type.String(), recomputed: orNull(Type.String()) }),
  resultHash: Type.Object({
    kept: Type.String(),
    recomputed: orNull(Type.String()),
    algorithm: Type.Enum([...HASH_ALGORITHMS])
  }),
  ruleset: Type.Object({ id: Type.String(), version: Type.String(), hash: Type.String(), kept: Type.Boolean() }),
  engine: Type.Object({ kept: Anything, now: orNull(Anything), differs: Type.Array(Type.String()) }),
  layers: Type.Array(
    Type.Object({
      id: Type.String(),
      revision: Type.Integer(),
      contentHash: Type.String({ description: 'As the answer names it' }),
      listed: orNull(Type.String({ description: 'As the layer’s list of revisions has it' })),
      stored: orNull(Type.String({ description: 'Of the rows as they are stored now; null: not looked at' })),
      strays: orNull(Type.Integer({ description: 'Features whose copy that is measured is not what is stored' })),
      agrees: Type.Boolean()
    })
  ),
  differences: Type.Array(
    Type.Object(
      { pointer: Type.String(), before: Type.Unknown(), after: Type.Unknown() },
      { description: 'The first 100' }
    )
  ),
  problem: orNull(Type.Object({ code: Type.String(), messages: TextSchema }))
})

export const GlanceSchema = Type.Object({
  exists: Type.Boolean(),
  createdAt: orNull(Type.String()),
  verdict: orNull(Type.String()),
  matches: orNull(Type.Boolean({ description: 'Whether the hash is the answer’s; null: none was given' }))
})

export const AuditSchema = Type.Object({
  chain: Type.Enum(['land-checks', 'events']),
  checked: Type.Integer(),
  from: orNull(Type.Integer()),
  to: orNull(Type.Integer()),
  intact: Type.Boolean(),
  breaks: Type.Array(
    Type.Object(
      {
        seq: Type.Integer(),
        id: Type.String(),
        createdAt: Type.String(),
        who: Type.String({ description: 'The key’s id' }),
        purpose: orNull(Type.String()),
        requestHash: orNull(Type.String()),
        resultHash: orNull(Type.String()),
        previous: Type.String(),
        broken: Broken
      },
      { description: 'The first 100' }
    )
  ),
  end: orNull(
    Type.Object(
      { seq: Type.Integer(), id: Type.String(), auditHash: Type.String() },
      { description: 'Noted elsewhere, its audit hash witnesses everything before it: give it as witness later' }
    )
  ),
  witnessed: orNull(Type.Boolean({ description: 'false: the witness is not in the chain, its end was cut off' })),
  next: orNull(Type.Integer({ description: 'Where to go on' }))
})

export const HistorySchema = Type.Object({
  id: Type.String(),
  verdict: Type.String(),
  createdAt: Type.String(),
  supersededBy: orNull(Type.String()),
  supersedes: Type.Array(Type.String()),
  latest: Type.String({ description: 'The last of those that replace it; itself where none does' }),
  events: Type.Array(Anything)
})

const Standing = Type.Object({ verdict: Type.String(), rulesetVersion: Type.String() })
const Reasons = Type.Array(Anything)

export const ImpactAnswerSchema = Type.Object({
  ruleset: Type.Object({ id: Type.String(), version: Type.String(), hash: Type.String() }),
  examined: Type.Integer(),
  changed: Type.Array(
    Type.Object({
      id: Type.String(),
      createdAt: Type.String(),
      before: Standing,
      after: Standing,
      appeared: Reasons,
      disappeared: Reasons
    })
  ),
  refused: Type.Array(
    Type.Object({ id: Type.String(), code: Type.String() }, { description: 'They cannot be checked any more' })
  ),
  next: orNull(Type.Integer({ description: 'The cursor to go on with; null: there are no more' }))
})
