-- Every land-check that was answered, as it was answered. Rows are added and never changed: each carries the hash of
-- the one before it, so that a gap or an edit shows.
CREATE TABLE yitu.land_check (
  seq              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id               text        NOT NULL UNIQUE,
  ruleset_id       text        NOT NULL,
  ruleset_version  text        NOT NULL,
  verdict          text        NOT NULL CHECK (verdict IN ('REJECT', 'INDETERMINATE', 'REVIEW', 'CONDITIONAL', 'PASS')),
  -- The key that asked, and what for.
  actor            text        NOT NULL,
  application_type text,
  purpose          text,
  -- The request as it came, and SHA-256 of canonical JSON of: the request, the parcel on the grid, the result, and this
  -- row together with the hash of the row before.
  request          jsonb       NOT NULL,
  request_hash     text        NOT NULL,
  input_hash       text        NOT NULL,
  result_hash      text        NOT NULL,
  prev_audit_hash  text        NOT NULL UNIQUE,
  audit_hash       text        NOT NULL UNIQUE,
  -- The answer, byte for byte.
  body             text        NOT NULL,
  created_at       timestamptz NOT NULL
);

CREATE INDEX land_check_input ON yitu.land_check (input_hash);

CREATE FUNCTION yitu.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER land_check_append_only BEFORE UPDATE OR DELETE ON yitu.land_check
  FOR EACH ROW EXECUTE FUNCTION yitu.refuse_change();

CREATE TRIGGER land_check_no_truncate BEFORE TRUNCATE ON yitu.land_check
  FOR EACH STATEMENT EXECUTE FUNCTION yitu.refuse_change();
