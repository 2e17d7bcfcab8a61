import type { Ask, Check, Listed } from './service.ts'
import { checkTiles } from './tiles.ts'
import { checkWms } from './wms.ts'
import { checkWmts } from './wmts.ts'

/** How each protocol is checked; a service of another protocol does not count as answering. */
const CHECKS: Readonly<Record<string, Check>> = { tiles: checkTiles, wmts: checkWmts, wms: checkWms }

export interface Outcome {
  id: string
  ok: boolean
  /** What was found, or what is wrong. */
  answer: string
  requests: number
  ms: number
}

/** Asks with a key, by the header only; addresses that the server gives are asked of `base`, whatever host they name. */
export function asker(base: string, key: string | undefined, send: typeof fetch = fetch): Ask {
  return async url => {
    const { pathname, search } = new URL(url, base)
    const answer = await send(new URL(pathname + search, base), {
      headers: key ? { 'x-api-key': key } : {},
      signal: AbortSignal.timeout(120_000)
    })
    if (!answer.ok) throw new Error(`${pathname} answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
    return answer
  }
}

/** All services that the key may see. */
export async function listServices(ask: Ask): Promise<Listed[]> {
  const all: Listed[] = []
  for (;;) {
    const page = (await (await ask(`/api/services?limit=500&offset=${all.length}`)).json()) as {
      total: number
      services: Listed[]
    }
    all.push(...page.services)
    if (page.services.length === 0 || all.length >= page.total) return all
  }
}

/** Checks services a few at a time, in their order. */
export async function checkServices(services: readonly Listed[], ask: Ask, together = 4): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let next = 0
  const work = async () => {
    while (next < services.length) {
      const index = next++
      outcomes[index] = await checkService(services[index]!, ask)
    }
  }
  await Promise.all(Array.from({ length: together }, work))
  return outcomes
}

async function checkService(service: Listed, ask: Ask): Promise<Outcome> {
  const started = performance.now()
  const ended = (ok: boolean, answer: string, requests: number): Outcome => {
    const ms = Math.round(performance.now() - started)
    return { id: service.id, ok, answer, requests, ms }
  }
  try {
    const check = CHECKS[service.protocol]
    if (!check) throw new Error(`there is no check of protocol ${service.protocol}`)
    const { answer, requests } = await check(service, ask)
    return ended(true, answer, requests)
  } catch (error) {
    return ended(false, error instanceof Error ? error.message : String(error), 0)
  }
}
