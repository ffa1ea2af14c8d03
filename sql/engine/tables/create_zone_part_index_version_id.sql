-- what:   Find zone_part rows by version_id, in every partition.
-- reads:  -
-- writes: zone_part
-- params: -
CREATE INDEX zone_part_version_id ON zone_part USING btree (version_id)
