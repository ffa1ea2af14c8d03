-- what:   Find zone_part rows by zone_id, in every partition.
-- reads:  -
-- writes: zone_part
-- params: -
CREATE INDEX zone_part_zone_id ON zone_part USING btree (zone_id)
