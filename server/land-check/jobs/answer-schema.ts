import { Type } from 'typebox'
import { VERDICTS } from '../answer/judge.ts'

/** Jobs, items and deliveries as the API shows them. */

export const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type Status = (typeof STATUSES)[number]

export const ITEM_STATES = ['waiting', 'answered', 'refused', 'cancelled'] as const
export type ItemState = (typeof ITEM_STATES)[number]

const Time = Type.String({ format: 'date-time' })
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const ProblemDocument = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description: 'RFC 9457'
})

export const DeliverySchema = Type.Object({
  id: Type.String({ description: 'The event; the same however often it is sent' }),
  type: Type.String(),
  state: Type.Enum(['waiting', 'delivered', 'given-up']),
  attempts: Type.Integer(),
  lastStatus: orNull(Type.Integer()),
  lastError: orNull(Type.String()),
  createdAt: Time,
  deliveredAt: orNull(Time)
})

const head = {
  id: Type.String(),
  status: Type.Enum([...STATUSES]),
  ruleset: Type.String(),
  actor: Type.String({ description: 'The id of the key that sent it' }),
  source: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'What the parcels were taken from'
  }),
  total: Type.Integer(),
  done: Type.Integer({ description: 'Items with an answer or a problem' }),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  createdAt: Time,
  startedAt: orNull(Time),
  finishedAt: orNull(Time),
  links: Type.Record(Type.String(), Type.String())
}

export const JobHeadSchema = Type.Object(head)

export const JobSchema = Type.Object({
  ...head,
  asOf: Type.Object(
    { validTime: Type.String(), knownTime: Type.String() },
    { description: 'The day whose law applies, and the moment whose layers all items are checked against' }
  ),
  counts: Type.Object({
    states: Type.Record(Type.String(), Type.Integer()),
    verdicts: Type.Record(Type.String(), Type.Integer()),
    problems: Type.Record(Type.String(), Type.Integer(), { description: 'By code' }),
    duplicates: Type.Integer({ description: 'Items that share the answer of another' })
  }),
  webhook: orNull(Type.Object({ url: Type.String(), deliveries: Type.Array(DeliverySchema) }))
})

export const JobItemSchema = Type.Object({
  item: Type.Integer({ description: 'Its place in what was sent, from 1' }),
  label: orNull(Type.String()),
  state: Type.Enum([...ITEM_STATES]),
  verdict: orNull(Type.Enum([...VERDICTS])),
  landCheck: orNull(Type.String()),
  inputHash: orNull(Type.String()),
  resultHash: orNull(Type.String()),
  duplicateOf: orNull(Type.Integer({ description: 'The item that was checked in its stead' })),
  problem: orNull(ProblemDocument),
  links: Type.Record(Type.String(), Type.String())
})
