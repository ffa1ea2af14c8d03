-- what:   Leave out, by consent, the rows of which nothing is left after repair.
-- reads:  -
-- writes: import_row
-- params: -
DELETE FROM import_row
WHERE
    NOT sound
    AND (geom IS NULL OR ST_IsEmpty(geom) OR (reason IS NOT NULL AND NOT ST_IsValid(geom)))
RETURNING
    row,
    reason
