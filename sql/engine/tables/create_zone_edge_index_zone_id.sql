-- what:   Find zone_edge rows by zone_id, in every partition.
-- reads:  -
-- writes: zone_edge
-- params: -
CREATE INDEX zone_edge_zone_id ON zone_edge USING btree (zone_id)
