-- what:   The zones of two versions, each with its class, and prints of shape and of what is told
--         about it. The source's own mark is no part of that: a redelivery may number anew.
-- reads:  spatial_zone
-- writes: diff_zone
-- params: old_id, new_id, class_field
CREATE TEMPORARY TABLE diff_zone ON COMMIT DROP AS
SELECT
    zone.id AS zone_id,
    zone.version_id = %(new_id)s AS is_new,
    zone.source_id,
    coalesce(zone.attributes ->> %(class_field)s, '') AS class,
    zone.area_m2,
    md5(zone.geom::bytea)::uuid AS shape,
    jsonb_hash_extended(zone.attributes - 'source_code', 0) AS told
FROM spatial_zone AS zone
WHERE zone.version_id IN (%(old_id)s, %(new_id)s) AND zone.recorded_until IS NULL
