-- what:   Zones on or beside each patch, for rules that ask what it adjoins.
-- reads:  chunk_near
-- writes: -
-- params: -
SELECT assessment_id, zone_id, round(distance_m::numeric, 3) AS distance_m
FROM chunk_near
ORDER BY assessment_id, zone_id
