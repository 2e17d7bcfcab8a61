/** A service as /api/services lists it. */
export interface Listed {
  id: string
  protocol: string
  urls: Record<string, string>
}

/** Asks a server for an address of its own; throws for every answer but a good one. */
export type Ask = (url: string) => Promise<Response>

/** What a service answered. */
export interface Checked {
  answer: string
  requests: number
}

/** How the services of one protocol are checked; throws where one does not answer as it should. */
export type Check = (service: Listed, ask: Ask) => Promise<Checked>
