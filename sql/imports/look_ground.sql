-- what:   Ground that somebody is about to register, parcel by parcel: its area, and the counties
--         in which it lies, the largest part first.
-- reads:  spatial_region
-- writes: -
-- params: shapes, region_ids
WITH given AS MATERIALIZED (
    SELECT
        shape.number,
        ST_Multi(
            ST_CollectionExtract(ST_MakeValid(shape.wkb::geometry, 'method=structure'), 3)
        ) AS geom,
        ST_IsValid(shape.wkb::geometry) AS was_valid
    FROM unnest(%(shapes)s::text[]) WITH ORDINALITY AS shape (wkb, number)
)

SELECT
    given.number,
    given.was_valid,
    place.region_id,
    place.code,
    place.name,
    place.plane_srid,
    ST_AsGeoJSON(given.geom, 10)::json AS geometry,
    round(area_m2(engine_ground(given.geom, place.plane_srid))::numeric, 2) AS area_m2,
    round(
        area_m2(
            engine_ground(
                ST_CollectionExtract(ST_Intersection(given.geom, place.geom), 3), place.plane_srid
            )
        )::numeric,
        2
    ) AS inside_m2
FROM given
LEFT JOIN LATERAL (
    SELECT
        region.id AS region_id,
        region.code,
        region.name,
        region.geom,
        -- the SRID of the county's Gauss plane, as in spatial/crs.py
        (990200 + (region.central_meridian + 180) * 2)::integer AS plane_srid
    FROM spatial_region AS region
    WHERE
        region.id = ANY(%(region_ids)s::bigint[])
        AND region.geom && given.geom
        AND ST_Intersects(region.geom, given.geom)
) AS place ON TRUE
ORDER BY given.number, inside_m2 DESC NULLS LAST, place.code
