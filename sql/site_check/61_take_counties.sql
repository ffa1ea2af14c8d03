-- what:   The counties' ground around a site, in the Gauss plane of the site's county: beyond it
--         nothing is known.
-- reads:  spatial_patch, spatial_region
-- writes: -
-- params: patch_id, county_ids, plane_srid, reach_m
SELECT
    region.id,
    ST_AsBinary(
        ST_Segmentize(ST_Transform(region.geom, %(plane_srid)s), 500)
    ) AS ground
FROM spatial_patch AS patch
INNER JOIN spatial_region AS region
    ON
        region.id = ANY(%(county_ids)s)
        -- a degree of longitude is 55 km or more south of 60 degrees
        AND region.geom && ST_Expand(patch.geom, %(reach_m)s::double precision / 50000)
WHERE patch.id = %(patch_id)s
ORDER BY region.id
