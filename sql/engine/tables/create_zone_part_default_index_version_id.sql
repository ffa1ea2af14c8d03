-- what:   Find the rows of a version among those of small versions and ledgers.
-- reads:  -
-- writes: zone_part_default
-- params: -
CREATE INDEX zone_part_default_version_id ON zone_part_default USING btree (version_id)
