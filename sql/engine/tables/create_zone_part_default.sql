-- what:   The partition of small versions and ledgers; a large version gets its own.
-- reads:  -
-- writes: zone_part_default
-- params: -
CREATE TABLE zone_part_default PARTITION OF zone_part DEFAULT
