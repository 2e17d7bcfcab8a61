-- Ways to draw a layer that were sent over HTTP; what a layer came with is in styles/ or in yitu.layer.
CREATE TABLE yitu.layer_style (
  -- Of a layer in layers/, which need not have been published yet, or of one in yitu.layer.
  layer_id   text        NOT NULL,
  name       text        NOT NULL,
  title      jsonb       NOT NULL,
  -- MapLibre style layers as they were sent, in their order.
  style      json        NOT NULL,
  is_default boolean     NOT NULL DEFAULT false,
  source     text        NOT NULL CHECK (source IN ('maplibre', 'sld')),
  -- What of an SLD was not understood.
  notes      jsonb       NOT NULL DEFAULT '[]',
  -- How often it was written.
  revision   integer     NOT NULL DEFAULT 1,
  updated_by text        NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (layer_id, name)
);
CREATE UNIQUE INDEX layer_style_default ON yitu.layer_style (layer_id) WHERE is_default;
