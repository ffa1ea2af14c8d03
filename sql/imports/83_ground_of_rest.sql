-- what:   The ground of the zones whose shape is in one of the versions only, as the engine sees
--         it, and of those of the same shape that are told otherwise.
-- reads:  diff_zone, diff_pair, spatial_zone
-- writes: diff_ground
-- params: plane_srid
CREATE TEMPORARY TABLE diff_ground ON COMMIT DROP AS
SELECT
    found.zone_id,
    found.is_new,
    found.class,
    found.told,
    found.is_paired,
    found.geom,
    found.ground,
    area_m2(found.ground) AS exact_m2
FROM (
    SELECT
        zone.zone_id,
        zone.is_new,
        zone.class,
        zone.told,
        pair.change IS NOT NULL AS is_paired,
        stored.geom,
        engine_ground(stored.geom, %(plane_srid)s) AS ground
    FROM diff_zone AS zone
    INNER JOIN spatial_zone AS stored ON zone.zone_id = stored.id
    LEFT JOIN (
        SELECT old_id AS zone_id, change
        FROM diff_pair
        UNION ALL
        SELECT new_id, change
        FROM diff_pair
    ) AS pair ON zone.zone_id = pair.zone_id
    WHERE pair.change IS NULL OR pair.change = 'told'
) AS found
