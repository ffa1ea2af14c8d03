-- what:   Rows whose declared area differs from the computed one by over 1 in 100 and over 1 m2.
-- reads:  import_row, import_place, import_target
-- writes: -
-- params: -
SELECT
    measured.row,
    measured.declared_area_m2,
    measured.area_m2,
    count(*) OVER () AS total
FROM (
    SELECT DISTINCT ON (found.row)
        found.row,
        found.declared_area_m2::double precision,
        area_m2(engine_ground(found.geom, target.plane_srid)) AS area_m2
    FROM import_row AS found
    INNER JOIN import_place AS place ON found.row = place.row
    INNER JOIN import_target AS target ON place.region_id = target.region_id
    WHERE found.declared_area_m2 > 0
    ORDER BY found.row, place.region_id
) AS measured
WHERE
    abs(measured.area_m2 - measured.declared_area_m2)
    > greatest(1, 0.01 * measured.declared_area_m2)
ORDER BY measured.row
LIMIT 200
