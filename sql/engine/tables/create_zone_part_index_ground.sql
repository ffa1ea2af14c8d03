-- what:   Find zone_part rows by ground, in every partition.
-- reads:  -
-- writes: zone_part
-- params: -
CREATE INDEX zone_part_ground ON zone_part USING gist (ground)
