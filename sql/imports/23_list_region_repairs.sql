-- what:   Repaired boundaries of regions: reason and place.
-- reads:  import_row
-- writes: -
-- params: -
SELECT
    row,
    reason,
    ST_X(spot) AS x,
    ST_Y(spot) AS y
FROM import_row
WHERE reason IS NOT NULL
ORDER BY row
