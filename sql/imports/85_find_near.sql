-- what:   Zones whose shape is in both versions and that lie over ground of one that is not: where
--         zones of one version overlap, such ground is not gained or lost.
-- reads:  diff_ground, diff_pair, spatial_zone
-- writes: diff_near
-- params: plane_srid, old_id
CREATE TEMPORARY TABLE diff_near ON COMMIT DROP AS
WITH beside AS MATERIALIZED (
    SELECT
        rest.zone_id,
        rest.geom AS rest_geom,
        other.geom
    FROM diff_ground AS rest
    INNER JOIN spatial_zone AS other ON rest.geom && other.geom
    INNER JOIN diff_pair AS pair ON other.id = pair.old_id
    WHERE NOT rest.is_paired AND other.version_id = %(old_id)s
)

SELECT
    beside.zone_id,
    engine_ground(beside.geom, %(plane_srid)s) AS ground
FROM beside
WHERE ST_Relate(beside.rest_geom, beside.geom, '2********')
