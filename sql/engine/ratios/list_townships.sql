-- what:   The townships in force of some counties: code, name and, of each, its zone.
-- reads:  spatial_zone, spatial_datasetversion, spatial_region
-- writes: -
-- params: county_ids
SELECT DISTINCT ON (zone.code)
    zone.code,
    zone.name,
    zone.id
FROM spatial_zone AS zone
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
INNER JOIN spatial_region AS region ON version.region_id = region.id
WHERE
    zone.layer_id = 'township'
    AND version.layer_id = 'township'
    AND version.status = 'active'
    AND version.region_id = ANY(%(county_ids)s)
    AND left(zone.code, 6) = region.code
ORDER BY zone.code, version.valid_from DESC, zone.id DESC
