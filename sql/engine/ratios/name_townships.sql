-- what:   The names of townships by code, from the newest active township versions.
-- reads:  spatial_zone, spatial_datasetversion
-- writes: -
-- params: codes
SELECT DISTINCT ON (zone.code)
    zone.code,
    zone.name
FROM spatial_zone AS zone
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
WHERE
    zone.layer_id = 'township'
    AND zone.code = ANY(%(codes)s)
    AND version.status = 'active'
ORDER BY zone.code, version.valid_from DESC, zone.id DESC
