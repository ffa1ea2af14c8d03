-- what:   Every zone of an active version can be found and labelled: its parts measure what the
--         zone does, to 0.01 m2.
-- reads:  spatial_datasetversion, spatial_zone, zone_part
-- writes: -
-- params: -
SELECT
    zone.id AS zone_id,
    zone.version_id,
    zone.area_m2,
    sum(area_m2(part.ground)) AS parts_m2
FROM spatial_zone AS zone
INNER JOIN spatial_datasetversion AS version ON zone.version_id = version.id
LEFT JOIN zone_part AS part ON zone.version_id = part.version_id AND zone.id = part.zone_id
WHERE version.status = 'active'
GROUP BY zone.id
HAVING abs(coalesce(sum(area_m2(part.ground)), 0) - coalesce(zone.area_m2, -1)) > 0.0101
ORDER BY zone.id
