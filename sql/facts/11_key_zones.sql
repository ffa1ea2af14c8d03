-- what:   A zone belongs to a version, and to its version's layer: one question of each row that
--         comes in, where two keys were two.
-- reads:  spatial_datasetversion
-- writes: spatial_zone
-- params: -
ALTER TABLE spatial_zone
ADD CONSTRAINT zone_version_layer
FOREIGN KEY (version_id, layer_id) REFERENCES spatial_datasetversion (id, layer_id)
DEFERRABLE INITIALLY DEFERRED
