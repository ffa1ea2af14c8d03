-- what:   Outlines of patches and the boundary lines of a layer near them, in the Gauss plane of
--         the patch's county: those of the newest version that was in force at the after image.
-- reads:  spatial_patch, spatial_region, spatial_datasetversion, zone_edge
-- writes: -
-- params: patch_ids, layer, reach_m
WITH chosen AS MATERIALIZED (
    SELECT
        patch.id,
        patch.geom,
        patch.ground,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid,
        version.id AS version_id
    FROM spatial_patch AS patch
    INNER JOIN spatial_region AS region ON patch.region_id = region.id
    CROSS JOIN LATERAL (
        SELECT loaded.id
        FROM spatial_datasetversion AS loaded
        WHERE
            loaded.layer_id = %(layer)s
            AND loaded.region_id = patch.region_id
            AND loaded.status = 'active'
            AND NOT loaded.declared_empty
            AND loaded.valid_from <= coalesce(patch.after_on, 'infinity'::date)
        ORDER BY loaded.valid_from DESC, loaded.id DESC
        LIMIT 1
    ) AS version
    WHERE patch.id = ANY(%(patch_ids)s)
)

SELECT
    chosen.id AS patch_id,
    chosen.plane_srid,
    ST_AsBinary(ST_Transform(ST_Boundary(chosen.geom), chosen.plane_srid)) AS outline,
    ST_AsBinary(ST_Transform(near.ground, chosen.plane_srid)) AS lines
FROM chosen
CROSS JOIN LATERAL (
    SELECT ST_Collect(
        -- lengths in the equal-area CRS are off by a fifth at most in China
        ST_ClipByBox2D(edge.ground, ST_Expand(chosen.ground::box2d, 2 * %(reach_m)s))
    ) AS ground
    FROM (
        SELECT found.ground
        FROM zone_edge AS found
        WHERE
            found.version_id = chosen.version_id
            AND found.ground && ST_Expand(chosen.ground, 2 * %(reach_m)s)
        OFFSET 0
    ) AS edge
) AS near
WHERE near.ground IS NOT NULL
ORDER BY chosen.id
