-- what:   Parts of a shape of the engine's CRS: the exact area of each in m2, and its outline in
--         the plane.
-- reads:  -
-- writes: -
-- params: grounds, plane_srid
SELECT
    part.place::integer AS place,
    area_m2(part.ground) AS exact_m2,
    ST_AsBinary(ST_Transform(part.ground, %(plane_srid)s)) AS plane
FROM (
    SELECT
        listed.place,
        ST_SetSRID(ST_GeomFromWKB(listed.ground), 990003) AS ground
    FROM unnest(%(grounds)s::bytea[]) WITH ORDINALITY AS listed (ground, place)
) AS part
ORDER BY part.place
