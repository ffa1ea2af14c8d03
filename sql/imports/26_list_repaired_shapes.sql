-- what:   The rows whose geometry was repaired, as they are now.
-- reads:  import_row
-- writes: -
-- params: -
SELECT
    row,
    ST_AsBinary(geom) AS wkb
FROM import_row
WHERE reason IS NOT NULL
ORDER BY row
