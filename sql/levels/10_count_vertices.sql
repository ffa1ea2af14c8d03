-- what:   How many vertices the zones of a version have.
-- reads:  spatial_zone
-- writes: -
-- params: version_id
SELECT coalesce(sum(ST_NPoints(zone.geom)), 0) AS vertices
FROM spatial_zone AS zone
WHERE zone.version_id = %(version_id)s
