-- what:   Find zone_edge rows by version_id, in every partition.
-- reads:  -
-- writes: zone_edge
-- params: -
CREATE INDEX zone_edge_version_id ON zone_edge USING btree (version_id)
