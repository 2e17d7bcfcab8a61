import { setTimeout as wait } from 'node:timers/promises'
import type { FeatureCollection } from 'geojson'
import type { Answered, Target } from './target.ts'

interface Result {
  verdict: string
  net: { class: string; areaExact: number; share: number }[]
  parts: { net: { areaExact: number }[] }[]
  rules: { id: string; status: string }[]
  slivers: { area: number }[]
  marginM: number | null
  boundarySensitive: boolean
  parcel: { areaPlanar: number; areaEllipsoid: number }
  provenance: { inputHash: string; resultHash: string }
}

/** This project's server: layers by `POST /api/uploads`, questions by `POST /api/land-checks`. */
export function target(base: string, key: string, ruleset: string): Target {
  const headers = { 'x-api-key': key }
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, base), {
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
      signal: AbortSignal.timeout(60_000)
    })

  const publish = async (layer: string, collection: FeatureCollection): Promise<void> => {
    const form = new FormData()
    for (const [field, value] of Object.entries({ layer, title: layer, title_en: layer, mode: 'replace' }))
      form.set(field, value)
    form.set('file', new Blob([JSON.stringify(collection)], { type: 'application/geo+json' }), `${layer}.geojson`)
    const sent = await ask('/api/uploads', { method: 'POST', body: form })
    const upload = (await sent.json()) as { id: string; code?: string }
    if (!sent.ok) throw new Error(`${layer} was not taken: ${sent.status} ${JSON.stringify(upload)}`)
    for (;;) {
      const state = (await (await ask(`/api/uploads/${upload.id}`)).json()) as Record<string, unknown>
      if (state['status'] === 'published') return
      if (state['finishedAt'])
        throw new Error(`${layer} was not published: ${JSON.stringify(state['problem'] ?? state)}`)
      await wait(200)
    }
  }

  const check = async (question: Record<string, unknown>): Promise<Answered> => {
    const answer = await ask('/api/land-checks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ruleset, ...question })
    })
    const body = await answer.json()
    return answer.ok
      ? answered(answer.status, body as Result)
      : { status: answer.status, code: (body as { code: string }).code }
  }
  return { publish, check }
}

const answered = (status: number, result: Result): Answered => ({
  status,
  verdict: result.verdict,
  net: result.net.map(({ areaExact }) => areaExact),
  shares: result.net.map(({ share }) => share),
  parts: result.parts.map(({ net }) => net.map(({ areaExact }) => areaExact)),
  rules: Object.fromEntries(result.rules.map(({ id, status: found }) => [id, found])),
  slivers: result.slivers.map(({ area }) => area).toSorted((a, b) => b - a),
  marginM: result.marginM,
  boundarySensitive: result.boundarySensitive,
  areaPlanar: result.parcel.areaPlanar,
  areaEllipsoid: result.parcel.areaEllipsoid,
  inputHash: result.provenance.inputHash,
  resultHash: result.provenance.resultHash
})
