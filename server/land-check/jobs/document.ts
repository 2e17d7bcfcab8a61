import type { Counts, JobRow } from './store.ts'

/** A job as it is shown: on the API, in events and to webhooks. Addresses are relative to the server. */

const linksOf = (id: string) => {
  const self = `/api/land-check-jobs/${id}`
  return {
    self,
    items: `${self}/items`,
    events: `${self}/events`,
    geojson: `${self}/results.geojson`,
    csv: `${self}/results.csv`
  }
}

export function jobHead(job: JobRow) {
  const { id, status, ruleset, actor, source, total, done, createdAt, startedAt, finishedAt } = job
  const progress = total === 0 ? 1 : done / total
  return {
    id,
    status,
    ruleset,
    actor,
    source,
    total,
    done,
    progress,
    createdAt,
    startedAt,
    finishedAt,
    links: linksOf(id)
  }
}

export function jobDocument(job: JobRow, counts: Counts) {
  const { validTime, knownTime } = job
  return { ...jobHead(job), asOf: { validTime, knownTime }, counts }
}
