-- what:   One delivered geometry as the engine sees it, and its area.
-- reads:  -
-- writes: -
-- params: geom, plane_srid
SELECT
    derived.ground,
    round(area_m2(derived.ground)::numeric, 2) AS area_m2
FROM (
    SELECT engine_ground(%(geom)s::bytea::geometry, %(plane_srid)s) AS ground
) AS derived
