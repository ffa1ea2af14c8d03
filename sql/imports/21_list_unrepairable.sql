-- what:   Rows of which nothing is left after repair.
-- reads:  import_row
-- writes: -
-- params: -
SELECT
    row,
    reason
FROM import_row
WHERE
    NOT sound
    AND (geom IS NULL OR ST_IsEmpty(geom) OR (reason IS NOT NULL AND NOT ST_IsValid(geom)))
ORDER BY row
