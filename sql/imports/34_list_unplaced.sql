-- what:   Rows in no county of the delivery, with a point on them.
-- reads:  import_row, import_place
-- writes: -
-- params: -
SELECT
    found.row,
    ST_X(ST_PointOnSurface(found.geom)) AS x,
    ST_Y(ST_PointOnSurface(found.geom)) AS y
FROM import_row AS found
WHERE NOT EXISTS (SELECT 1 FROM import_place AS place WHERE place.row = found.row)
ORDER BY found.row
