-- what:   Keep the parts among those of small versions and ledgers.
-- reads:  derived_part
-- writes: zone_part
-- params: -
INSERT INTO zone_part (version_id, zone_id, ground)
SELECT version_id, zone_id, ground
FROM derived_part
