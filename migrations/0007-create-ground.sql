-- What land-checks measure: the features of the layers that rule sets name, on the grid of the working CRS, all in one
-- table, so that one look at one index finds everything near a parcel.
CREATE TABLE yitu.ground_layer (
  layer_id text    PRIMARY KEY,
  -- Of the working CRS.
  srid     integer NOT NULL,
  -- Some rule looks farther than a parcel's own ground: for a margin or a setback.
  wide     boolean NOT NULL
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
  wide       boolean  NOT NULL,
  geom       geometry NOT NULL,
  PRIMARY KEY (layer_id, fid)
);

-- Layers of many small features are as a rule not wide: apart, they are not met on the way to the others.
CREATE INDEX ground_wide ON yitu.ground USING gist (geom) WHERE wide;
CREATE INDEX ground_narrow ON yitu.ground USING gist (geom) WHERE NOT wide;
-- Geometries are read in whole, again and again: unpacking them would take longer than reading.
ALTER TABLE yitu.ground ALTER COLUMN geom SET STORAGE EXTERNAL;
