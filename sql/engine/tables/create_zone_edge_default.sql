-- what:   The partition of small versions and ledgers; a large version gets its own.
-- reads:  -
-- writes: zone_edge_default
-- params: -
CREATE TABLE zone_edge_default PARTITION OF zone_edge DEFAULT
