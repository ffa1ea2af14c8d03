-- what:   A patch's area is what its delivered geometry measures in its county's plane.
-- reads:  spatial_patch, spatial_region
-- writes: -
-- params: -
SELECT
    patch.id AS patch_id,
    patch.area_m2,
    area_m2(
        engine_ground(patch.geom, (990200 + (region.central_meridian + 180) * 2)::integer)
    ) AS measured_m2
FROM spatial_patch AS patch
INNER JOIN spatial_region AS region ON patch.region_id = region.id
WHERE
    abs(
        patch.area_m2
        - area_m2(
            engine_ground(patch.geom, (990200 + (region.central_meridian + 180) * 2)::integer)
        )
    ) > 0.0051
ORDER BY patch.id
