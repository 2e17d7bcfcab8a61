import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { type Static, Type } from 'typebox'
import { badRequest, type Problem, type Text } from '../../lib/errors.ts'
import { type LandCheckRequest, LandCheckRequestSchema } from '../request.ts'

/** What a job is asked: many parcels, and what they have in common. */

const strict = { additionalProperties: false } as const
const asked = LandCheckRequestSchema.properties

/** What all parcels of a job share. The rule set and the time are the job's alone, the rest an item may say anew. */
export const CommonSchema = Type.Object(
  {
    ruleset: asked.ruleset,
    asOf: asked.asOf,
    crs: asked.crs,
    datum: asked.datum,
    repair: asked.repair,
    applicationType: asked.applicationType,
    stage: asked.stage,
    intendedUse: asked.intendedUse,
    household: asked.household,
    terrainClass: asked.terrainClass,
    include: asked.include,
    purpose: asked.purpose
  },
  strict
)

/** Which features of a layer; every condition must hold, none at all is every feature. */
export const FilterSchema = Type.Object(
  {
    field: Type.Optional(Type.String({ maxLength: 63 })),
    in: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 1000 })),
    bbox: Type.Optional(
      Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: 'west, south, east, north in degrees' })
    ),
    division: Type.Optional(
      Type.String({ pattern: '^\\d{2,12}$', description: 'The code of a division, or its first digits' })
    )
  },
  strict
)

export const WebhookSchema = Type.Object(
  {
    url: Type.String({ maxLength: 2000, pattern: '^https?://' }),
    secret: Type.String({ minLength: 16, maxLength: 200, description: 'Signs what is posted; never shown again' })
  },
  strict
)

export const JobRequestSchema = Type.Object(
  {
    items: Type.Optional(
      Type.Array(Type.Unsafe<Record<string, unknown>>({ type: 'object' }), {
        minItems: 1,
        description: 'Land-check requests without ruleset and asOf; label: what the sender calls the parcel'
      })
    ),
    layer: Type.Optional(Type.String({ maxLength: 64, description: 'Instead of items: features of a polygon layer' })),
    filter: Type.Optional(FilterSchema),
    common: Type.Optional(CommonSchema),
    webhook: Type.Optional(WebhookSchema)
  },
  strict
)

export type Common = Static<typeof CommonSchema>
export type Filter = Static<typeof FilterSchema>
export type Webhook = Static<typeof WebhookSchema>

/** One parcel as it was sent. */
export interface GivenItem {
  label?: string | undefined
  request: Record<string, unknown>
}

/** One parcel as it is kept: its whole request, or why there can be none. */
export interface ReadItem {
  label: string | null
  request: LandCheckRequest
  problem?: Problem
}

const { ruleset: _, asOf: __, ...own } = asked
const itemSchema = Type.Object(own, strict)
const validate = addFormats.default(new Ajv({ allErrors: true, strict: false })).compile(itemSchema)

/** Lays an item over what all have in common. What is wrong with it is a problem of this item alone. */
export function readItem({ label, request }: GivenItem, common: Common, at: string): ReadItem {
  const name = label?.replaceAll('\u0000', '').slice(0, 200) ?? null
  const details = unstorable(request, at) ?? mistakes(request, at)
  const whole = { ...common, ...request } as LandCheckRequest
  if (!details) return { label: name, request: whole }
  const reason = details.map(({ pointer, message }) => `${pointer} ${message.en}`).join('; ')
  return { label: name, request: {} as LandCheckRequest, problem: badRequest({ reason }, { details }) }
}

type Details = { pointer: string; message: Text }[]

function mistakes(request: Record<string, unknown>, at: string): Details | undefined {
  if (validate(request)) return undefined
  return (validate.errors ?? []).slice(0, 5).map(({ instancePath, message = '', params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : ''
    return {
      pointer: at + instancePath,
      message: { zh: `不符合要求\uff1a${message}${extra}`, en: `${message}${extra}` }
    }
  })
}

/** Text that no database keeps: the character 0, and halves of characters (JSON.stringify escapes only lone ones). */
function unstorable(request: Record<string, unknown>, at: string): Details | undefined {
  const text = JSON.stringify(request).replaceAll('\\\\', '')
  if (!/\\u(0000|d[89a-f])/.test(text)) return undefined
  return [
    {
      pointer: at,
      message: { zh: '文本含有空字符或不完整的字符', en: 'a text holds the character 0 or half a character' }
    }
  ]
}

/** What decides about an answer: equal requests, however they are called, are answered once. */
export function decisive({ sourceFile: _, plot, ...request }: LandCheckRequest): object {
  // Of a text with several plots it says which one is meant.
  return request.txt === undefined ? request : { ...request, plot }
}
