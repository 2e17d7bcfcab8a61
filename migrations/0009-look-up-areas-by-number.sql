-- Null: features that are looked up by number only, as surveyed areas are. Found by place, they would be met by every
-- check, some ten areas for each layer, and left aside each time.
ALTER TABLE yitu.ground_layer ALTER COLUMN wide DROP NOT NULL;
ALTER TABLE yitu.ground ALTER COLUMN wide DROP NOT NULL;
