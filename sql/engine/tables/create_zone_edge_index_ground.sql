-- what:   Find zone_edge rows by ground, in every partition.
-- reads:  -
-- writes: zone_edge
-- params: -
CREATE INDEX zone_edge_ground ON zone_edge USING gist (ground)
