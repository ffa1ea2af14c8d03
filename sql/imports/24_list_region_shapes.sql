-- what:   The valid boundaries of a delivery of regions.
-- reads:  import_row
-- writes: -
-- params: -
SELECT
    row,
    ST_AsBinary(ST_Multi(geom)) AS wkb
FROM import_row
ORDER BY row
