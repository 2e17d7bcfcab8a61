-- How often each service was asked for, by day (UTC+8); written in batches, never by a request.
CREATE TABLE yitu.usage (
  -- <layer or map>.<protocol>
  service_id text        NOT NULL,
  day        date        NOT NULL,
  requests   bigint      NOT NULL,
  last_used  timestamptz NOT NULL,
  PRIMARY KEY (service_id, day)
);
