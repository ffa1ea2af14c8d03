-- what:   The parts of a layer's zones as the partition labels with them, with their county.
-- reads:  zone_part, spatial_zone, spatial_datasetversion
-- writes: -
-- params: layer
SELECT
    part.zone_id,
    zone.source_id,
    version.region_id,
    ST_AsBinary(part.ground) AS wkb
FROM zone_part AS part
INNER JOIN spatial_zone AS zone ON part.zone_id = zone.id
INNER JOIN spatial_datasetversion AS version ON part.version_id = version.id
WHERE version.layer_id = %(layer)s
ORDER BY part.zone_id
