-- what:   Rows placed by their code in a county whose ground they don't meet.
-- reads:  import_row, import_place, import_target, import_county
-- writes: -
-- params: -
SELECT
    found.row,
    target.code,
    ST_X(ST_PointOnSurface(found.geom)) AS x,
    ST_Y(ST_PointOnSurface(found.geom)) AS y
FROM import_row AS found
INNER JOIN import_place AS place ON found.row = place.row
INNER JOIN import_target AS target ON place.region_id = target.region_id
WHERE
    EXISTS (SELECT 1 FROM import_county AS county WHERE county.region_id = place.region_id)
    AND NOT EXISTS (
        SELECT 1 FROM import_county AS county
        WHERE
            county.region_id = place.region_id
            AND ST_Intersects(county.geom, found.geom)
            AND NOT ST_Touches(county.geom, found.geom)
    )
ORDER BY found.row
