-- what:   Keep the edges among those of small versions and ledgers.
-- reads:  derived_edge
-- writes: zone_edge
-- params: -
INSERT INTO zone_edge (version_id, zone_id, ground)
SELECT version_id, zone_id, ground
FROM derived_edge
