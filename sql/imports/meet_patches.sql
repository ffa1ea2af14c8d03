-- what:   Patches that lie on ground somebody is about to register, and by how much.
-- reads:  spatial_patch
-- writes: -
-- params: shapes, plane_srid
WITH given AS MATERIALIZED (
    SELECT
        ST_Union(
            ST_CollectionExtract(ST_MakeValid(shape.wkb::geometry, 'method=structure'), 3)
        ) AS geom
    FROM unnest(%(shapes)s::text[]) AS shape (wkb)
)

SELECT
    patch.id,
    round(
        area_m2(ST_Intersection(patch.ground, engine_ground(given.geom, %(plane_srid)s)))::numeric,
        2
    ) AS met_m2
FROM given
INNER JOIN spatial_patch AS patch
    ON patch.geom && given.geom AND ST_Intersects(patch.geom, given.geom)
ORDER BY met_m2 DESC, patch.id
