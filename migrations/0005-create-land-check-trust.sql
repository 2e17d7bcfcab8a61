-- What it takes to trust a land-check years later: the rules as they were, which hash function was used, what was
-- decided about the answer afterwards. Nothing here is ever changed either.

-- SHA-256, or SM3 (GB/T 32905) where the server is set to it; a chain may change from one to the other.
ALTER TABLE yitu.land_check
  ADD COLUMN hash_algorithm  text NOT NULL DEFAULT 'sha256' CHECK (hash_algorithm IN ('sha256', 'sm3')),
  -- Of the body as it stands; null in rows from before it was kept. Where it is not null, audit_hash covers it.
  ADD COLUMN body_hash       text,
  -- The Idempotency-Key the answer was asked for with: the same key of the same actor gets this answer again.
  ADD COLUMN idempotency_key text;

CREATE UNIQUE INDEX land_check_idempotency ON yitu.land_check (actor, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX land_check_ruleset ON yitu.land_check (ruleset_id, seq);

-- Rule sets as they were when a land-check went by them.
CREATE TABLE yitu.ruleset (
  hash       text        PRIMARY KEY,
  id         text        NOT NULL,
  version    text        NOT NULL,
  -- The canonical JSON (RFC 8785) that hash was taken over.
  document   text        NOT NULL,
  first_used timestamptz NOT NULL DEFAULT now()
);

-- What people did about land-checks: decided otherwise, replaced one by another, compared what was built with it. A
-- chain of its own, made as that of yitu.land_check.
CREATE TABLE yitu.land_check_event (
  seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id              text        NOT NULL UNIQUE,
  kind            text        NOT NULL CHECK (kind IN ('override', 'supersede', 'as-built')),
  -- Null for an as-built comparison with an approved geometry that is no land-check's.
  land_check_id   text        REFERENCES yitu.land_check (id),
  -- The land-check that replaces it.
  successor_id    text        REFERENCES yitu.land_check (id),
  actor           text        NOT NULL,
  -- As it was answered, byte for byte.
  body            text        NOT NULL,
  body_hash       text        NOT NULL,
  hash_algorithm  text        NOT NULL CHECK (hash_algorithm IN ('sha256', 'sm3')),
  prev_audit_hash text        NOT NULL UNIQUE,
  audit_hash      text        NOT NULL UNIQUE,
  created_at      timestamptz NOT NULL,
  CHECK ((kind = 'supersede') = (successor_id IS NOT NULL)),
  CHECK (kind = 'as-built' OR land_check_id IS NOT NULL)
);

CREATE INDEX land_check_event_of ON yitu.land_check_event (land_check_id, seq);
CREATE INDEX land_check_event_by ON yitu.land_check_event (successor_id) WHERE successor_id IS NOT NULL;
-- A land-check is replaced once.
CREATE UNIQUE INDEX land_check_superseded ON yitu.land_check_event (land_check_id) WHERE kind = 'supersede';

CREATE TRIGGER ruleset_append_only BEFORE UPDATE OR DELETE ON yitu.ruleset
  FOR EACH ROW EXECUTE FUNCTION yitu.refuse_change();
CREATE TRIGGER ruleset_no_truncate BEFORE TRUNCATE ON yitu.ruleset
  FOR EACH STATEMENT EXECUTE FUNCTION yitu.refuse_change();
CREATE TRIGGER land_check_event_append_only BEFORE UPDATE OR DELETE ON yitu.land_check_event
  FOR EACH ROW EXECUTE FUNCTION yitu.refuse_change();
CREATE TRIGGER land_check_event_no_truncate BEFORE TRUNCATE ON yitu.land_check_event
  FOR EACH STATEMENT EXECUTE FUNCTION yitu.refuse_change();
