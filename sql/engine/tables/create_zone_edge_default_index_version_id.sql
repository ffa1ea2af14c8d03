-- what:   Find the rows of a version among those of small versions and ledgers.
-- reads:  -
-- writes: zone_edge_default
-- params: -
CREATE INDEX zone_edge_default_version_id ON zone_edge_default USING btree (version_id)
