-- what:   The outline of a site moved in its Gauss plane, in degrees.
-- reads:  spatial_patch
-- writes: -
-- params: patch_id, plane_srid, east_m, north_m
SELECT
    ST_AsGeoJSON(
        ST_Transform(
            ST_Translate(ST_Transform(patch.geom, %(plane_srid)s), %(east_m)s, %(north_m)s), 4490
        ),
        8
    )::json AS geometry
FROM spatial_patch AS patch
WHERE patch.id = %(patch_id)s
