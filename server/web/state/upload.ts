import { reactive } from 'vue'
import { type ApiProblem, address, ask, asProblem, problemFrom, unreachable } from '../api/client.ts'
import type { Text } from '../api/types.ts'

export interface UploadStatus {
  id: string
  layer: string
  mode: 'replace' | 'append'
  status: string
  progress: number | null
  report: Record<string, unknown> | null
  problem: { code?: string; messages?: Text; detail?: string; errors?: { message: Text }[] } | null
  revision: number | null
  createdAt: string
  finishedAt: string | null
}

export const upload = reactive({
  /** Share of the file sent, 0–1; null while none is being sent. */
  sending: null as number | null,
  current: null as UploadStatus | null,
  problem: null as ApiProblem | null
})

const FINAL = ['published', 'done', 'succeeded', 'failed']
const POLL_MS = 500

export const isFinal = (status: string): boolean => FINAL.includes(status)
export const hasFailed = (status: string): boolean => status === 'failed'

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

export function uploadPhase(): 'sending' | 'working' | 'published' | 'failed' {
  if (upload.sending !== null || !upload.current) return 'sending'
  if (!isFinal(upload.current.status)) return 'working'
  return hasFailed(upload.current.status) ? 'failed' : 'published'
}
