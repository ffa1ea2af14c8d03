-- what:   A version and its layer together, for zones to refer to.
-- reads:  -
-- writes: spatial_datasetversion
-- params: -
ALTER TABLE spatial_datasetversion
ADD CONSTRAINT datasetversion_layer UNIQUE (id, layer_id)
