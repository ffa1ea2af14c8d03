-- what:   Shapes of some patches, thinned to what a map shows, for a look at them.
-- reads:  spatial_patch
-- writes: -
-- params: patch_ids
SELECT
    patch.id,
    patch.source_row AS row,
    patch.jcbh AS name,
    ST_AsGeoJSON(
        ST_Simplify(patch.geom, (ST_XMax(patch.geom) - ST_XMin(patch.geom)) / 500, true), 6
    ) AS shape
FROM spatial_patch AS patch
WHERE patch.id = any(%(patch_ids)s::bigint[])
ORDER BY patch.id
