import { reactive } from 'vue'
import { type ApiProblem, address, ask, asProblem, problemFrom, unreachable } from '../api/client.ts'
import type { Text } from '../api/types.ts'

export interface Issue {
  kind: string
  severity: 'error' | 'warning'
  index: number
  featureId?: string
  field?: string
  value?: string
  message: Text
}

export interface Report {
  source?: { format: string; dataset: string; crs: string; encoding: string; features: number }
  notes: Text[]
  errors: number
  warnings: number
  issues: Issue[]
  result?: { unchanged: boolean; inserted: number; updated: number; removed: number; featureCount: number }
}

export interface UploadStatus {
  id: string
  layer: string
  status: 'received' | 'reading' | 'checking' | 'publishing' | 'published' | 'refused' | 'failed'
  progress: number
  file: string
  report: Report | null
  /** A problem document (RFC 9457). */
  problem: Record<string, unknown> | null
  revision: number | null
}

export const upload = reactive({
  /** Share of the file sent, 0–1; null while none is being sent. */
  sending: null as number | null,
  current: null as UploadStatus | null,
  problem: null as ApiProblem | null
})

const POLL_MS = 500

type Status = UploadStatus['status']

export const hasFailed = (status: Status): boolean => status === 'failed' || status === 'refused'
export const isFinal = (status: Status): boolean => status === 'published' || hasFailed(status)

/** Sends a file and follows its upload until it is published or refused. */
export async function sendUpload(form: FormData): Promise<UploadStatus | null> {
  Object.assign(upload, { sending: 0, current: null, problem: null })
  try {
    const accepted = await send(form, share => {
      upload.sending = share
    })
    upload.sending = null
    return await follow(accepted.id)
  } catch (error) {
    upload.problem = asProblem(error)
    return null
  } finally {
    upload.sending = null
  }
}

async function follow(id: string): Promise<UploadStatus> {
  for (;;) {
    const status = await ask<UploadStatus>(`api/uploads/${encodeURIComponent(id)}`)
    upload.current = status
    if (isFinal(status.status)) return status
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

/** XMLHttpRequest because fetch does not tell how much of a body is sent. */
function send(form: FormData, onProgress: (share: number) => void): Promise<{ id: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address('api/uploads'))
    request.upload.onprogress = event => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      if (request.status === 202) resolve(JSON.parse(request.responseText) as { id: string })
      else reject(problemFrom(request.status, request.responseText))
    }
    request.send(form)
  })
}

export const isBusy = (): boolean =>
  upload.sending !== null || (upload.current !== null && !isFinal(upload.current.status))

export const uploadPhase = (): 'sending' | Status =>
  upload.sending !== null || !upload.current ? 'sending' : upload.current.status
