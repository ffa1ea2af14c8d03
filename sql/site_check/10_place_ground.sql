-- what:   The counties that a drawn site touches, with its area in each, largest first; a county
--         whose boundary nobody registered is not found.
-- reads:  spatial_region
-- writes: -
-- params: geom
SELECT
    region.id,
    region.code,
    region.name,
    area_m2(ST_Transform(ST_Intersection(region.geom, site.geom), 990003)) AS area_m2
FROM (
    SELECT %(geom)s::bytea::geometry AS geom
) AS site
INNER JOIN spatial_region AS region
    ON
        region.level = 'county'
        AND region.valid_until IS NULL
        AND ST_Intersects(region.geom, site.geom)
ORDER BY area_m2 DESC, region.code
