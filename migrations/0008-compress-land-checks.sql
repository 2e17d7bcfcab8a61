-- Answers are tens of kilobytes of JSON, packed while the approval system waits: lz4 does it ten times faster. A
-- PostgreSQL built without it goes on as before.
DO $$
BEGIN
  ALTER TABLE yitu.land_check ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END;
$$;
