-- What land-checks measure: the features of the layers that rule sets name, on the grid of the working CRS, all in one
-- table, so that one look at one index finds everything near a parcel.
CREATE TABLE yitu.ground_layer (
  layer_id text    PRIMARY KEY,
  -- Of the working CRS.
  srid     integer NOT NULL
);

CREATE TABLE yitu.ground (
  layer_id   text     NOT NULL REFERENCES yitu.ground_layer (layer_id) ON DELETE CASCADE,
  -- The feature as it is in the layer's table, and between which revisions.
  fid        bigint   NOT NULL,
  feature_id text     NOT NULL,
  rev_from   integer  NOT NULL,
  rev_to     integer,
  valid_from date,
  valid_to   date,
  fields     jsonb    NOT NULL,
  -- False: the stored polygon is invalid, and geom is only the box it lies in.
  valid      boolean  NOT NULL,
  geom       geometry NOT NULL,
  PRIMARY KEY (layer_id, fid)
);

CREATE INDEX ground_geom ON yitu.ground USING gist (geom);
-- Geometries are read in whole, again and again: unpacking them would take longer than reading.
ALTER TABLE yitu.ground ALTER COLUMN geom SET STORAGE EXTERNAL;
