-- what:   Zone parts of at most 256 vertices, in Hilbert order: only to find and to label.
--         Subdividing changes a layer's area by 1e-5 m2 at most and never reaches a piece.
-- reads:  derived_ground
-- writes: derived_part
-- params: -
CREATE TEMPORARY TABLE derived_part ON COMMIT DROP AS
WITH single AS MATERIALIZED (
    SELECT
        zone.version_id,
        zone.zone_id,
        dumped.geom AS ground
    FROM derived_ground AS zone
    CROSS JOIN LATERAL ST_Dump(zone.ground) AS dumped
)

SELECT
    part.version_id,
    part.zone_id,
    part.ground
FROM (
    SELECT version_id, zone_id, ground
    FROM single
    WHERE ST_NPoints(ground) <= 256
    UNION ALL
    SELECT version_id, zone_id, ST_Subdivide(ground, 128) AS ground
    FROM single
    WHERE ST_NPoints(ground) > 256
) AS part
ORDER BY part.ground
