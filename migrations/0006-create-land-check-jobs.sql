-- Many land-checks asked for at once, worked on in chunks by any server of the database.
CREATE TABLE yitu.land_check_job (
  id             text PRIMARY KEY,
  -- Who asked by which interface: the API's own, or OGC API Processes.
  origin         text        NOT NULL CHECK (origin IN ('api', 'ogc')),
  actor          text        NOT NULL,
  status         text        NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  ruleset_id     text        NOT NULL,
  -- What every item has in common, and what the items were made of.
  common         jsonb       NOT NULL,
  source         jsonb       NOT NULL,
  -- Rules, revisions and times that all items are checked by, however long the job takes.
  frozen         jsonb       NOT NULL,
  total          integer     NOT NULL,
  -- Items that have an answer or a problem.
  done           integer     NOT NULL DEFAULT 0,
  webhook_url    text,
  -- Signs what is posted to webhook_url; shown to nobody.
  webhook_secret text,
  created_at     timestamptz NOT NULL DEFAULT now(),
  started_at     timestamptz,
  -- When a chunk of it was last finished: the job that waits longest is next.
  served_at      timestamptz,
  finished_at    timestamptz
);
CREATE INDEX land_check_job_newest ON yitu.land_check_job (created_at DESC, id);
CREATE INDEX land_check_job_open ON yitu.land_check_job (served_at) WHERE finished_at IS NULL;

CREATE TABLE yitu.land_check_job_item (
  job_id        text        NOT NULL REFERENCES yitu.land_check_job (id),
  -- Its place in what was sent, from 1.
  n             integer     NOT NULL,
  -- What the sender calls it: a feature id, a plot number.
  label         text,
  request       jsonb       NOT NULL,
  -- Of the request without what only names it: equal requests are computed once.
  request_hash  text        NOT NULL,
  -- The item whose answer is also this one's.
  duplicate_of  integer,
  state         text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'answered', 'refused', 'cancelled')),
  verdict       text,
  land_check_id text,
  input_hash    text,
  result_hash   text,
  problem       jsonb,
  -- The chunk at work on it, `<server>:<chunk>`, and when another may take it: a lease while somebody works, else a pause.
  claim         text,
  free_at       timestamptz NOT NULL DEFAULT now(),
  attempts      integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (job_id, n)
);
CREATE INDEX land_check_job_item_waiting ON yitu.land_check_job_item (job_id, n)
  WHERE state = 'waiting' AND duplicate_of IS NULL;
CREATE INDEX land_check_job_item_same ON yitu.land_check_job_item (job_id, duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX land_check_job_item_input ON yitu.land_check_job_item (job_id, input_hash) WHERE input_hash IS NOT NULL;

-- What is to be posted to whom, kept in the transaction that made it true: nothing that happened goes untold.
CREATE TABLE yitu.webhook_delivery (
  -- The event's id: the same however often it is sent.
  id           text PRIMARY KEY,
  job_id       text        NOT NULL REFERENCES yitu.land_check_job (id),
  type         text        NOT NULL,
  -- The bytes that are sent and signed.
  body         text        NOT NULL,
  state        text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given-up')),
  attempts     integer     NOT NULL DEFAULT 0,
  next_at      timestamptz NOT NULL DEFAULT now(),
  -- What came of the last attempt: the HTTP status, or why there was none.
  last_status  integer,
  last_error   text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz
);
CREATE INDEX webhook_delivery_due ON yitu.webhook_delivery (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_job ON yitu.webhook_delivery (job_id);
