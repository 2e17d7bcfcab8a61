import { createHash, randomBytes } from 'node:crypto'
import { type Queryable, sql } from '../lib/sql.ts'
import type { Principal, Role } from './roles.ts'

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

/** Makes an API key of 256 random bits. The key is in the answer and nowhere else; the database keeps its hash. */
export async function createKey(db: Queryable, role: Role, label: string): Promise<{ id: string; key: string }> {
  const id = `key_${randomBytes(6).toString('hex')}`
  const key = `yitu_${randomBytes(32).toString('base64url')}`
  await db.query(
    sql`INSERT INTO yitu.api_key (id, hash, role, label) VALUES (${id}, ${hashOf(key)}, ${role}, ${label})`
  )
  return { id, key }
}

/** Sets the administrator's key: the one of the configuration, always with id `admin`. */
export async function setAdminKey(db: Queryable, key: string): Promise<void> {
  await db.query(sql`INSERT INTO yitu.api_key (id, hash, role, label) VALUES ('admin', ${hashOf(key)}, 'admin', 'administrator')
    ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, revoked_at = NULL`)
}

/** Ends a key at once. @returns whether there was such a key in force */
export async function revokeKey(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.query(sql`
    UPDATE yitu.api_key SET revoked_at = now() WHERE id = ${id} AND revoked_at IS NULL
    RETURNING pg_notify('yitu_key', id)`)
  return rows.length > 0
}

export interface KeyRecord extends Principal {
  createdAt: string
  revokedAt: string | null
}

export function listKeys(db: Queryable): Promise<KeyRecord[]> {
  return db.query<KeyRecord>(sql`SELECT id, role, label, created_at AS "createdAt", revoked_at AS "revokedAt"
    FROM yitu.api_key ORDER BY created_at`)
}

/** Whose key this is; null when nobody's. Looked up by hash, so timing tells nothing about a key. */
export async function findPrincipal(db: Queryable, key: string): Promise<Principal | null> {
  const rows = await db.query<{ id: string; role: Role; label: string }>(sql`
    SELECT id, role, label FROM yitu.api_key WHERE hash = ${hashOf(key)} AND revoked_at IS NULL`)
  return rows[0] ?? null
}

/** The key with this id, if it is in force: what a session stands for. */
export async function principalById(db: Queryable, id: string): Promise<Principal | null> {
  const rows = await db.query<{ id: string; role: Role; label: string }>(sql`
    SELECT id, role, label FROM yitu.api_key WHERE id = ${id} AND revoked_at IS NULL`)
  return rows[0] ?? null
}
