import { existsSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { ROOT } from '../helper.ts'

/** Real files, read where they are and never committed. */
export const DATA = `${ROOT}../shared/data`
export const withoutData = existsSync(DATA) ? false : '../shared/data is absent'

const BOUNDARY = '----yitu-test-boundary'

/** The body of a multipart form with one file, which comes last. */
export function form(fields: Record<string, string>, file?: { name: string; data: Buffer }): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  )
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${file?.name}"\r\ncontent-type: application/octet-stream\r\n\r\n`
  const end = `--${BOUNDARY}--\r\n`
  if (!file) return Buffer.from(parts.join('') + end)
  return Buffer.concat([Buffer.from(parts.join('') + head), file.data, Buffer.from(`\r\n${end}`)])
}

export const formType = `multipart/form-data; boundary=${BOUNDARY}`

export interface Ended {
  id: string
  status: string
  revision: number | null
  problem: { code: string; status: number; messages: { zh: string; en: string } } | null
  report: {
    errors: number
    source?: { features: number; crs: string; encoding: string }
    fields: { name: string; type: string; from: string | null }[]
    notes: { en: string }[]
    counts: Record<string, number>
    issues: {
      kind: string
      index: number
      featureId?: string
      field?: string
      value?: string
      location?: number[]
      message: { en: string }
    }[]
    result?: { unchanged: boolean; inserted: number; updated: number; removed: number; featureCount: number }
  }
}

/** Sends an upload to an app by `inject`. */
export function sender(app: FastifyInstance, headers: Record<string, string>) {
  const post = (fields: Record<string, string>, file?: { name: string; data: Buffer }) =>
    app.inject({
      method: 'POST',
      url: '/api/uploads',
      headers: { ...headers, 'content-type': formType },
      payload: form(fields, file)
    })
  const ended = async (id: string): Promise<Ended> => {
    for (;;) {
      const upload = (await app.inject({ url: `/api/uploads/${id}`, headers })).json()
      if (upload.finishedAt) return upload
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  return {
    post,
    ended,
    /** Sends, and waits for the end; a refusal at once is an error. */
    async upload(fields: Record<string, string>, data: Buffer, name = 'data.geojson'): Promise<Ended> {
      const reply = await post(fields, { name, data })
      if (reply.statusCode !== 202) throw new Error(`${reply.statusCode} ${reply.body}`)
      return ended(reply.json().id)
    }
  }
}

/** A feature collection as a file. */
export const geojson = (features: object[], more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ type: 'FeatureCollection', ...more, features }))

export const plot = (properties: object, west = 113, south = 23, side = 0.001) => ({
  type: 'Feature',
  properties,
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south]
      ]
    ]
  }
})
