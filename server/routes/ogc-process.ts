import { type LandCheckResult, LandCheckResultSchema } from '../land-check/answer/result.ts'
import { LandCheckRequestSchema } from '../land-check/request.ts'
import { badRequest, defineProblem } from '../lib/errors.ts'

/** The land-check as a process of OGC API Processes 1.0 (18-062r2): its description, its inputs and its outputs. */

export const PROCESS = 'land-check'

const EXCEPTION = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0'
/** The `type` of a problem where the standard names one. */
export const exception = (name: string) => ({ members: { type: `${EXCEPTION}/${name}` } })

export const noSuchProcess = defineProblem(
  'NO_SUCH_PROCESS',
  404,
  { zh: '没有这个处理', en: 'No such process' },
  { zh: '没有处理 {id}。可用：land-check。', en: 'There is no process {id}. There is: land-check.' }
)
export const noSuchJob = defineProblem(
  'NO_SUCH_JOB',
  404,
  { zh: '没有这个任务', en: 'No such job' },
  { zh: '没有任务 {id}。', en: 'There is no job {id}.' }
)
export const resultNotReady = defineProblem(
  'RESULT_NOT_READY',
  404,
  { zh: '结果尚未就绪', en: 'The result is not ready' },
  { zh: '任务 {id} 的状态为 {status}，没有结果。', en: 'Job {id} is {status}: it has no result.' }
)

/** What a check gives, each by itself or all together. */
const OUTPUTS = {
  result: {
    title: '审查结果 The whole answer',
    description: 'As GET /api/land-checks/{id} gives it',
    schema: LandCheckResultSchema,
    type: 'application/json',
    of: (result: LandCheckResult): unknown => result
  },
  verdict: {
    title: '结论 The verdict',
    description: 'The worst severity of all reasons',
    schema: LandCheckResultSchema.properties.verdict,
    type: 'application/json',
    of: (result: LandCheckResult): unknown => result.verdict
  },
  net: {
    title: '净分区 The parts of the parcel by class of land',
    description: 'GeoJSON (RFC 7946); the areas sum to the parcel',
    schema: { type: 'object', format: 'geojson-feature-collection' },
    type: 'application/geo+json',
    of: ({ net }: LandCheckResult): unknown => ({
      type: 'FeatureCollection',
      features: net.map(({ geometry, ...properties }) => ({ type: 'Feature', geometry, properties }))
    })
  }
} as const

export type OutputName = keyof typeof OUTPUTS
const NAMES = Object.keys(OUTPUTS) as OutputName[]

/** What an execute request says beside its inputs. */
export interface Wanted {
  outputs: OutputName[]
  response: 'raw' | 'document'
}

export interface Link {
  href: string
  rel: string
  type?: string
  title?: string
}

const summary = {
  id: PROCESS,
  version: '1.0.0',
  title: '用地智能审查 Land-check',
  description:
    'Checks a parcel against a rule set: verdict, reasons, net partition, provenance. The engine of /api/land-checks.',
  keywords: ['land-check', '用地审查'],
  jobControlOptions: ['sync-execute', 'async-execute', 'dismiss'],
  outputTransmission: ['value']
}

export const processSummary = (base: string) => ({
  ...summary,
  links: [{ href: `${base}/ogc/processes/${PROCESS}`, rel: 'self', type: 'application/json', title: 'Description' }]
})

/** Inputs are the members of a land-check request, by the same schemas. */
export function processDescription(base: string) {
  const inputs = Object.entries(LandCheckRequestSchema.properties).map(([name, schema]) => {
    const { description = name } = schema as { description?: string }
    return [name, { title: name, description, minOccurs: 0, maxOccurs: 1, schema }]
  })
  const outputs = NAMES.map(name => {
    const { title, description, schema } = OUTPUTS[name]
    return [name, { title, description, schema }]
  })
  const execute = `${base}/ogc/processes/${PROCESS}/execution`
  return {
    ...summary,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    links: [
      ...processSummary(base).links,
      { href: execute, rel: 'http://www.opengis.net/def/rel/ogc/1.0/execute', title: 'Execution' }
    ]
  }
}

/**
 * Reads the inputs of an execute request: values as they are, or `{value}`; `{href}` is not fetched.
 * @returns a land-check request, not yet checked against its schema
 * @throws BAD_REQUEST
 */
export function readInputs(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, given]) => {
      if (!isObject(given)) return [name, given]
      if ('href' in given) throw badRequest({ reason: `inputs.${name}: href 不被读取 is not fetched; use value` })
      return [name, 'value' in given ? given['value'] : given]
    })
  )
}

/** @throws BAD_REQUEST for an unknown output, or one wanted by reference */
export function readOutputs(outputs: Record<string, unknown> | undefined): OutputName[] {
  if (outputs === undefined) return NAMES
  return Object.entries(outputs).map(([name, how]) => {
    const known = NAMES.find(output => output === name)
    if (!known) throw badRequest({ reason: `outputs.${name}: 可用 there are ${NAMES.join(', ')}` })
    const { transmissionMode = 'value' } = isObject(how) ? how : {}
    if (transmissionMode !== 'value') throw badRequest({ reason: `outputs.${name}.transmissionMode: value` })
    return known
  })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const BOUNDARY = 'yitu-outputs'

/**
 * What an execution answers (18-062r2 §7.11.4): a document with every output by name; raw, one output as it is or
 * several as parts of a multipart/related.
 */
export function answerOf(
  result: LandCheckResult,
  { outputs, response }: Wanted
): { type: string; body: string } | null {
  const [only, ...others] = outputs
  if (!only) return null
  if (response === 'document') {
    const values = outputs.map(name => {
      const value = OUTPUTS[name].of(result)
      return [name, isObject(value) ? { value } : value]
    })
    return { type: 'application/json', body: JSON.stringify(Object.fromEntries(values)) }
  }
  if (others.length === 0) return { type: OUTPUTS[only].type, body: JSON.stringify(OUTPUTS[only].of(result)) }
  const parts = outputs.map(name => {
    const { type, of } = OUTPUTS[name]
    return `--${BOUNDARY}\r\ncontent-type: ${type}\r\ncontent-id: <${name}>\r\n\r\n${JSON.stringify(of(result))}\r\n`
  })
  return { type: `multipart/related; boundary=${BOUNDARY}`, body: `${parts.join('')}--${BOUNDARY}--\r\n` }
}
