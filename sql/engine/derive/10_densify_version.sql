-- what:   The zones of one version as the engine sees them, in the county's plane.
-- reads:  spatial_zone
-- writes: derived_ground
-- params: version_id, plane_srid
CREATE TEMPORARY TABLE derived_ground ON COMMIT DROP AS
SELECT
    zone.version_id,
    zone.id AS zone_id,
    engine_ground(zone.geom, %(plane_srid)s) AS ground
FROM spatial_zone AS zone
WHERE zone.version_id = %(version_id)s
