import { computed, reactive } from 'vue'
import { ask, post } from '../api/client.ts'
import type { Principal, Role } from '../api/types.ts'

const ROLES: Role[] = ['reader', 'checker', 'publisher', 'admin']

/** Who is signed in; the cookie itself is out of the page's reach. */
export const session = reactive<{ principal: Principal | null }>({ principal: null })

const mayAs = (needed: Role) =>
  computed(() => session.principal !== null && ROLES.indexOf(session.principal.role) >= ROLES.indexOf(needed))

export const mayCheck = mayAs('checker')
export const mayPublish = mayAs('publisher')

export async function readSession(): Promise<void> {
  session.principal = (await ask<{ principal: Principal | null }>('api/session')).principal
}

/** @throws ApiProblem when the key is not known */
export async function signIn(key: string): Promise<void> {
  await post('api/session', { key })
  await readSession()
}

export async function signOut(): Promise<void> {
  await ask('api/session', { method: 'DELETE' })
  session.principal = null
}
