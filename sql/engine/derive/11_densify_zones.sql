-- what:   Some zones of one version (new ledger rows) as the engine sees them.
-- reads:  spatial_zone
-- writes: derived_ground
-- params: version_id, plane_srid, zone_ids
CREATE TEMPORARY TABLE derived_ground ON COMMIT DROP AS
SELECT
    zone.version_id,
    zone.id AS zone_id,
    engine_ground(zone.geom, %(plane_srid)s) AS ground
FROM spatial_zone AS zone
WHERE zone.version_id = %(version_id)s AND zone.id = ANY(%(zone_ids)s)
