import { defineProblem, forbidden, unauthorized } from '../lib/errors.ts'

/** Roles, each able to do what those before it can. */
export const ROLES = ['reader', 'checker', 'publisher', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks. Nobody in particular is null. */
export interface Principal {
  /** The key's id, as audit records name it. */
  id: string
  role: Role
  label: string
}

export type Sharing = 'open' | 'conditional' | 'restricted'

/** The least role that may read a layer of a sharing class (无条件共享 / 有条件共享 / 不予共享). */
const READERS: Record<Sharing, Role | null> = { open: null, conditional: 'reader', restricted: 'publisher' }

const rank = (role: Role) => ROLES.indexOf(role)

/** Whether somebody may read a layer: the one place this is decided. */
export function mayRead(principal: Principal | null, layer: { sharing: Sharing }): boolean {
  const needed = READERS[layer.sharing]
  return needed === null || (principal !== null && rank(principal.role) >= rank(needed))
}

/** @throws UNAUTHORIZED without a key, FORBIDDEN with a key of too low a role */
export function requireRole(principal: Principal | null, needed: Role): Principal {
  if (!principal) throw unauthorized()
  if (rank(principal.role) < rank(needed)) throw forbidden({ role: principal.role, needed })
  return principal
}

export const badKey = defineProblem(
  'KEY_UNKNOWN',
  401,
  { zh: '密钥无效', en: 'Unknown key' },
  {
    zh: '此密钥不存在或已吊销。请向管理员索取，或用 scripts/key 新建。',
    en: 'This key does not exist or was revoked. Ask the administrator for one, or make one with scripts/key.'
  }
)
