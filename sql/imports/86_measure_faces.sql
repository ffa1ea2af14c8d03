-- what:   The ground of given shapes (EPSG:4490) in one county's plane: area, mean width in m,
--         place; the largest first, only those above so many m2.
-- reads:  import_target
-- writes: -
-- params: wkb, numbers, region_id, above_m2
SELECT
    face.number AS row,
    round(face.area_m2::numeric, 2) AS area_m2,
    2 * face.area_m2 / nullif(ST_Perimeter(face.ground), 0) AS width_m,
    ST_X(ST_PointOnSurface(face.geom)) AS x,
    ST_Y(ST_PointOnSurface(face.geom)) AS y
FROM (
    SELECT
        asked.number,
        shape.geom,
        measured.ground,
        area_m2(measured.ground) AS area_m2
    FROM unnest(%(wkb)s::bytea[], %(numbers)s::integer[]) AS asked (wkb, number)
    CROSS JOIN LATERAL (
        SELECT ST_SetSRID(asked.wkb::geometry, 4490) AS geom
    ) AS shape
    INNER JOIN import_target AS target ON target.region_id = %(region_id)s
    CROSS JOIN LATERAL (
        SELECT engine_ground(shape.geom, target.plane_srid) AS ground
    ) AS measured
) AS face
WHERE face.area_m2 > %(above_m2)s
ORDER BY face.area_m2 DESC
