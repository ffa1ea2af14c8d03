-- what:   The measured area of each zone.
-- reads:  derived_ground
-- writes: spatial_zone
-- params: -
UPDATE spatial_zone AS zone
SET area_m2 = round(area_m2(derived_ground.ground)::numeric, 2)
FROM derived_ground
WHERE zone.id = derived_ground.zone_id
