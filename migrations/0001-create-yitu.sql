-- What the server knows besides the features: layers and their revisions, uploads, keys.
CREATE EXTENSION IF NOT EXISTS postgis;

-- One table a managed layer; its columns follow the layer's definition (server/catalog/table.ts).
CREATE SCHEMA data;

-- One table an upload, gone when it is published or refused.
CREATE SCHEMA staging;

CREATE TABLE yitu.layer (
  id            text PRIMARY KEY,
  -- Null where the definition and the style are files in layers/ and styles/.
  definition    jsonb,
  style         jsonb,
  revision      integer     NOT NULL DEFAULT 0,
  feature_count bigint      NOT NULL DEFAULT 0,
  -- [west, south, east, north] in degrees, EPSG:4490; null while empty.
  bounds        jsonb,
  content_hash  text        NOT NULL DEFAULT '',
  updated_at    timestamptz,
  created_by    text        NOT NULL DEFAULT 'system',
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE yitu.revision (
  layer_id      text        NOT NULL REFERENCES yitu.layer (id),
  revision      integer     NOT NULL,
  kind          text        NOT NULL CHECK (kind IN ('seed', 'upload', 'edit', 'rollback')),
  mode          text        NOT NULL CHECK (mode IN ('replace', 'append')),
  actor         text        NOT NULL,
  upload_id     text,
  inserted      bigint      NOT NULL,
  updated       bigint      NOT NULL,
  removed       bigint      NOT NULL,
  feature_count bigint      NOT NULL,
  -- What changed lies inside: [west, south, east, north]; null where nothing did.
  dirty         jsonb,
  content_hash  text        NOT NULL,
  published_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (layer_id, revision)
);

CREATE TABLE yitu.upload (
  id          text PRIMARY KEY,
  layer_id    text        NOT NULL,
  mode        text        NOT NULL CHECK (mode IN ('replace', 'append')),
  -- Null for an existing layer.
  title       jsonb,
  file_name   text        NOT NULL,
  bytes       bigint      NOT NULL DEFAULT 0,
  actor       text        NOT NULL,
  status      text        NOT NULL CHECK (status IN ('received', 'reading', 'checking', 'publishing', 'published', 'refused', 'failed')),
  -- 0 … 1
  progress    real        NOT NULL DEFAULT 0,
  report      jsonb,
  problem     jsonb,
  revision    integer,
  -- The server at work on it, and when it last said so: a silent owner's uploads are marked failed by the others.
  server_id   text        NOT NULL,
  seen_at     timestamptz NOT NULL DEFAULT now(),
  created_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE INDEX upload_unfinished ON yitu.upload (seen_at) WHERE finished_at IS NULL;

CREATE TABLE yitu.api_key (
  id           text PRIMARY KEY,
  -- SHA-256 of the key, hex; the key itself is shown once and kept nowhere.
  hash         text        NOT NULL UNIQUE,
  role         text        NOT NULL CHECK (role IN ('reader', 'checker', 'publisher', 'admin')),
  label        text        NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  revoked_at   timestamptz
);
