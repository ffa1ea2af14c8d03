-- what:   How much of a drawn part lies on a patch and how much beyond it, both as the engine
--         sees ground.
-- reads:  spatial_patch, spatial_region
-- writes: -
-- params: patch_id, part
WITH drawn AS (
    SELECT
        patch.ground,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        engine_ground(
            %(part)s::bytea::geometry, (990200 + (region.central_meridian + 180) * 2)::integer
        ) AS part
    FROM spatial_patch AS patch
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    WHERE patch.id = %(patch_id)s
)

SELECT
    coalesce(area_m2(ST_Intersection(drawn.part, drawn.ground)), 0) AS inside_m2,
    coalesce(area_m2(ST_Difference(drawn.part, drawn.ground)), 0) AS outside_m2
FROM drawn
